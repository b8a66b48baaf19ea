package catalogue

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"partyline/protocol"
)

// ReadCSV reads games: a header, and a row for each game. The columns, in any order,
// are pack_name, title, min_players, max_players, length_minutes, has_audience,
// family_friendly, game_type, secondary_type and, optional, enabled and favor_bias.
// Truths are 0 or 1 (or false, true). An empty length_minutes, game_type or
// secondary_type is null, an empty enabled or favor_bias says nothing. An apostrophe
// that keeps a spreadsheet from taking a text for a formula is taken off. A byte order
// mark is skipped.
//
// It is all or nothing: the first mistake is the error, invalid, naming line and
// column, with both as details.
func ReadCSV(data string) ([]protocol.GameFields, *protocol.Error) {
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(data, "\ufeff")))
	r.ReuseRecord = true
	header, err := readHeader(r)
	if err != nil {
		return nil, err
	}
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

// readHeader returns the column that stands in each place of a record.
func readHeader(r *csv.Reader) ([]column, *protocol.Error) {
	record, fault := r.Read()
	if errors.Is(fault, io.EOF) {
		return nil, protocol.Invalid("line 1: the header is missing").With("line", 1)
	}
	if fault != nil {
		return nil, unreadable(fault)
	}
	var header []column
	for _, name := range record {
		known := slices.IndexFunc(columns, func(c column) bool { return c.name == name })
		if known < 0 {
			return nil, wrong(1, clip(name), "no such column")
		}
		if slices.ContainsFunc(header, func(c column) bool { return c.name == name }) {
			return nil, wrong(1, name, "the column stands twice")
		}
		header = append(header, columns[known])
	}
	for _, c := range columns {
		if !c.optional && !slices.Contains(record, c.name) {
			return nil, wrong(1, c.name, "the column is missing")
		}
	}
	return header, nil
}

func readRow(header []column, record []string, line int) (protocol.GameFields, *protocol.Error) {
	var row protocol.GameFields
	for i, c := range header {
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
