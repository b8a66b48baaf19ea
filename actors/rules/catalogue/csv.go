package catalogue

import (
	"encoding/csv"
	"errors"
	"fmt"
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

// File is the content of a games CSV.
type File struct {
	Rows []protocol.GameFields
	// Lines are the numbers of the lines at which the rows begin, from 1.
	Lines []int
	// Ignored are the names of the first maxIgnored columns that games do not have.
	Ignored []string
}

// ReadCSV parses games: a header, and a row for each game. The columns, in any order and in many
// spellings (see columnOf), are pack_name, title, min_players, max_players and, optional,
// length_minutes, has_audience, family_friendly, game_type, secondary_type, ticker, enabled and
// favor_bias. Others are ignored. Commas, semicolons or tabs separate the cells. Booleans are 0
// or 1, or words like false, no and yes. An empty length_minutes, game_type, secondary_type or
// ticker is null; an empty cell of another optional column leaves the field unset, as does a
// missing column. An apostrophe that keeps a spreadsheet from taking a text for a formula is
// removed. A byte order mark, a line like sep=; before the header, and rows of empty cells are
// skipped.
//
// It is all or nothing: the first mistake is the error, invalid, naming line and column, with
// both as details.
func ReadCSV(data string) (File, *protocol.Error) {
	if strings.HasPrefix(data, "\xff\xfe") || strings.HasPrefix(data, "\xfe\xff") {
		return File{}, protocol.Invalid("line 1: the file is UTF-16; save it as CSV UTF-8").With("line", 1)
	}
	data = strings.TrimPrefix(data, "\ufeff")
	data, comma, skipped := cutSeparatorLine(data)
	if comma == 0 {
		comma = separatorOf(data)
	}
	r := csvReader{Reader: csv.NewReader(strings.NewReader(data)), skipped: skipped}
	r.Comma, r.ReuseRecord = comma, true
	header, ignored, err := r.readHeader()
	if err != nil {
		return File{}, err
	}
	f := File{Rows: []protocol.GameFields{}, Ignored: ignored}
	if err := r.readRows(&f, header); err != nil {
		return File{}, err
	}
	return f, nil
}

// csvReader reads the records of a games CSV, of which some lines were skipped before.
type csvReader struct {
	*csv.Reader
	skipped int
}

// line is the number of the line at which the last record begins.
func (r *csvReader) line() int {
	line, _ := r.FieldPos(0)
	return line + r.skipped
}

// readHeader returns the column at each index of a record, nil for one to be ignored, and the
// names of the ignored ones.
func (r *csvReader) readHeader() (header []*column, ignored []string, err *protocol.Error) {
	record, fault := r.Read()
	if errors.Is(fault, io.EOF) {
		return nil, nil, protocol.Invalid("line %d: the header is missing", r.skipped+1).With("line", r.skipped+1)
	}
	if fault != nil {
		return nil, nil, r.csvError(fault)
	}
	line := r.line()
	if len(record) > maxColumns {
		return nil, nil, protocol.Invalid("line %d: more than %d columns", line, maxColumns).With("line", line)
	}
	header, twice := matchHeader(record)
	if twice != "" {
		return nil, nil, cellError(line, twice, "the column is listed twice")
	}
	for i, name := range record {
		if header[i] == nil && strings.TrimSpace(name) != "" && len(ignored) < maxIgnored {
			ignored = append(ignored, truncateName(name))
		}
	}
	for i := range columns {
		if c := &columns[i]; !c.optional && !slices.Contains(header, c) {
			return nil, nil, cellError(line, c.name, "the column is missing")
		}
	}
	return header, ignored, nil
}

// readRows parses the rows below the header.
func (r *csvReader) readRows(f *File, header []*column) *protocol.Error {
	tickers := map[string]int{} // the lines of the tickers
	for {
		record, fault := r.Read()
		if errors.Is(fault, io.EOF) {
			return nil
		}
		if fault != nil {
			return r.csvError(fault)
		}
		if isBlank(record) {
			continue
		}
		line := r.line()
		if len(f.Rows) == MaxGames {
			return protocol.Invalid("line %d: more than %d games", line, MaxGames).With("line", line)
		}
		row, err := readRow(header, record, line)
		if err != nil {
			return err
		}
		if t := row.Ticker.Value; t != nil {
			if other := tickers[*t]; other > 0 {
				return cellError(line, "ticker", fmt.Sprintf("%s is the ticker of line %d already", *t, other))
			}
			tickers[*t] = line
		}
		f.Rows, f.Lines = append(f.Rows, row), append(f.Lines, line)
	}
}

// isBlank says that a record has nothing but empty cells, as spreadsheets write below a table.
func isBlank(record []string) bool {
	return !slices.ContainsFunc(record, func(cell string) bool { return strings.TrimSpace(cell) != "" })
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
func (r *csvReader) csvError(fault error) *protocol.Error {
	var p *csv.ParseError
	if !errors.As(fault, &p) {
		return protocol.Invalid("not CSV: %s", fault)
	}
	line := p.Line + r.skipped
	return protocol.Invalid("line %d, character %d: %s", line, p.Column, p.Err).With("line", line)
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
