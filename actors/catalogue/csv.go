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
	// maxColumns is what a spreadsheet can have; more is a line that never ends.
	maxColumns = 16_384
	// maxIgnored bounds the names of columns in an answer.
	maxIgnored = 50
)

// ReadCSV reads games: a header, and a row for each game. The columns, in any order,
// are pack_name, title, min_players, max_players and, optional, length_minutes,
// has_audience, family_friendly, game_type, secondary_type, enabled and favor_bias. Others
// are ignored; the names of the first maxIgnored of them are returned.
// Truths are 0 or 1 (or false, true). An empty length_minutes, game_type or
// secondary_type is null, an empty enabled or favor_bias says nothing, and neither does a
// column that is not there. An apostrophe that keeps a spreadsheet from taking a text for
// a formula is taken off. A byte order mark is skipped.
//
// It is all or nothing: the first mistake is the error, invalid, naming line and
// column, with both as details.
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

// readHeader returns the column that stands in each place of a record, nil for one to be
// ignored, and the names of those that are.
func readHeader(r *csv.Reader) (header []*column, ignored []string, err *protocol.Error) {
	record, fault := r.Read()
	if errors.Is(fault, io.EOF) {
		return nil, nil, protocol.Invalid("line 1: the header is missing").With("line", 1)
	}
	if fault != nil {
		return nil, nil, unreadable(fault)
	}
	if len(record) > maxColumns {
		return nil, nil, protocol.Invalid("line 1: more than %d columns", maxColumns).With("line", 1)
	}
	for _, name := range record {
		c := columnOf(name)
		switch {
		case c != nil && slices.Contains(header, c):
			return nil, nil, wrong(1, name, "the column stands twice")
		case c == nil && name != "" && len(ignored) < maxIgnored:
			ignored = append(ignored, clip(name))
		}
		header = append(header, c)
	}
	for i := range columns {
		if c := &columns[i]; !c.optional && !slices.Contains(header, c) {
			return nil, nil, wrong(1, c.name, "the column is missing")
		}
	}
	return header, ignored, nil
}

// columnOf is nil for a name that no column has.
func columnOf(name string) *column {
	i := slices.IndexFunc(columns, func(c column) bool { return c.name == name })
	if i < 0 {
		return nil
	}
	return &columns[i]
}

// readRows reads what stands under the header.
func readRows(r *csv.Reader, header []*column) ([]protocol.GameFields, *protocol.Error) {
	rows := []protocol.GameFields{}
	for {
		record, fault := r.Read()
		if errors.Is(fault, io.EOF) {
			return rows, nil
		}
		if fault != nil {
			return nil, unreadable(fault)
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
			return row, wrong(line, c.name, complaint)
		}
	}
	// What one field cannot tell, such as more players at least than at most. The
	// sentence names its column itself.
	if err := (protocol.CreateGame{GameFields: row}).Check(); err != nil {
		return row, protocol.Invalid("line %d: %s", line, err.Message).With("line", line)
	}
	return row, nil
}

// unreadable says where the text is not CSV: a stray quote, a row of another length.
func unreadable(fault error) *protocol.Error {
	var p *csv.ParseError
	if !errors.As(fault, &p) {
		return protocol.Invalid("not CSV: %s", fault)
	}
	return protocol.Invalid("line %d, character %d: %s", p.Line, p.Column, p.Err).With("line", p.Line)
}

func wrong(line int, column, complaint string) *protocol.Error {
	return protocol.Invalid("line %d, column %s: %s", line, column, complaint).
		With("line", line).With("column", column)
}

// clip keeps what stands in the place of a column's name from filling the answer.
func clip(name string) string {
	const most = 64
	if len(name) > most {
		return strings.ToValidUTF8(name[:most], "") + "…"
	}
	return name
}

// WriteCSV writes games as ReadCSV reads them: with all columns, in the order of the
// slice. Read again they are the same games, but for ids, totals, time of creation and
// the biases of packs, which have no column. Texts that a spreadsheet would take for a
// formula are guarded.
func WriteCSV(w io.Writer, games []protocol.Game) error {
	out := csv.NewWriter(w)
	record := make([]string, len(columns))
	for i, c := range columns {
		record[i] = c.name
	}
	_ = out.Write(record) // the first error of all is that of Error
	for g := range games {
		for i, c := range columns {
			record[i] = c.write(&games[g])
		}
		_ = out.Write(record)
	}
	out.Flush()
	return out.Error()
}
