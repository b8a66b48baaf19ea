package catalogue

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"partyline/protocol"
)

const (
	// maxColumns is what a spreadsheet can have; more columns are a line without end.
	maxColumns = 16_384
	// maxIgnored bounds the names of ignored columns in a reply.
	maxIgnored = 50
)

// ReadCSV parses games: a header, and a row for each game. The columns, in any order, are
// pack_name, title, min_players, max_players and, optional, length_minutes, has_audience,
// family_friendly, game_type, secondary_type, enabled and favor_bias. Others are ignored; the
// names of the first maxIgnored of them are returned. Booleans are 0 or 1 (or false, true). An
// empty length_minutes, game_type or secondary_type is null; an empty enabled or favor_bias
// leaves the field unset, as does a missing column. An apostrophe that keeps a spreadsheet
// from taking a text for a formula is removed. A byte order mark is skipped.
//
// It is all or nothing: the first mistake is the error, invalid, naming line and column, with
// both as details.
func ReadCSV(data string) (rows []protocol.GameFields, ignored []string, err *protocol.Error) {
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(data, "\ufeff")))
	r.ReuseRecord = true
	header, ignored, err := readHeader(r)
	if err != nil {
		return nil, nil, err
	}
	rows, err = readRows(r, header)
	if err != nil {
		return nil, nil, err
	}
	return rows, ignored, nil
}

// readHeader returns the column at each index of a record, nil for one to be ignored, and the
// names of the ignored ones.
func readHeader(r *csv.Reader) (header []*column, ignored []string, err *protocol.Error) {
	record, fault := r.Read()
	if errors.Is(fault, io.EOF) {
		return nil, nil, protocol.Invalid("line 1: the header is missing").With("line", 1)
	}
	if fault != nil {
		return nil, nil, csvError(fault)
	}
	if len(record) > maxColumns {
		return nil, nil, protocol.Invalid("line 1: more than %d columns", maxColumns).With("line", 1)
	}
	for _, name := range record {
		c := columnOf(name)
		switch {
		case c != nil && slices.Contains(header, c):
			return nil, nil, cellError(1, name, "the column is listed twice")
		case c == nil && name != "" && len(ignored) < maxIgnored:
			ignored = append(ignored, truncateName(name))
		}
		header = append(header, c)
	}
	for i := range columns {
		if c := &columns[i]; !c.optional && !slices.Contains(header, c) {
			return nil, nil, cellError(1, c.name, "the column is missing")
		}
	}
	return header, ignored, nil
}

// columnOf returns nil for a name that no column has.
func columnOf(name string) *column {
	i := slices.IndexFunc(columns, func(c column) bool { return c.name == name })
	if i < 0 {
		return nil
	}
	return &columns[i]
}

// readRows parses the rows below the header.
func readRows(r *csv.Reader, header []*column) ([]protocol.GameFields, *protocol.Error) {
	rows := []protocol.GameFields{}
	for {
		record, fault := r.Read()
		if errors.Is(fault, io.EOF) {
			return rows, nil
		}
		if fault != nil {
			return nil, csvError(fault)
		}
		line, _ := r.FieldPos(0)
		if len(rows) == MaxGames {
			return nil, protocol.Invalid("line %d: more than %d games", line, MaxGames).With("line", line)
		}
		row, err := readRow(header, record, line)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
}

func readRow(header []*column, record []string, line int) (protocol.GameFields, *protocol.Error) {
	var row protocol.GameFields
	for i, c := range header {
		if c == nil {
			continue
		}
		if complaint := c.read(&row, record[i]); complaint != "" {
			return row, cellError(line, c.name, complaint)
		}
	}
	// Rules that concern several fields, such as min_players above max_players. The message
	// names its column itself.
	if err := (protocol.CreateGame{GameFields: row}).Check(); err != nil {
		return row, protocol.Invalid("line %d: %s", line, err.Message).With("line", line)
	}
	return row, nil
}

// csvError reports where the text is not CSV: an unmatched quote, a row of another length.
func csvError(fault error) *protocol.Error {
	var p *csv.ParseError
	if !errors.As(fault, &p) {
		return protocol.Invalid("not CSV: %s", fault)
	}
	return protocol.Invalid("line %d, character %d: %s", p.Line, p.Column, p.Err).With("line", p.Line)
}

func cellError(line int, column, complaint string) *protocol.Error {
	return protocol.Invalid("line %d, column %s: %s", line, column, complaint).
		With("line", line).With("column", column)
}

// truncateName keeps a long column name from filling the reply.
func truncateName(name string) string {
	const most = 64
	if len(name) > most {
		return strings.ToValidUTF8(name[:most], "") + "…"
	}
	return name
}

// WriteCSV writes games as ReadCSV reads them: with all columns, in the order of the slice.
// Read again they are the same games, except for ids, totals, time of creation and the biases
// of packs, which have no column. Texts that a spreadsheet would take for a formula are
// guarded.
func WriteCSV(w io.Writer, games []protocol.Game) error {
	out := csv.NewWriter(w)
	record := make([]string, len(columns))
	for i, c := range columns {
		record[i] = c.name
	}
	_ = out.Write(record) // Error returns the first error of all
	for g := range games {
		for i, c := range columns {
			record[i] = c.write(&games[g])
		}
		_ = out.Write(record)
	}
	out.Flush()
	return out.Error()
}
