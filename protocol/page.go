package protocol

import (
	"encoding/json"
	"errors"
	"iter"
	"math"
	"strconv"
)

const (
	// MaxListed is how many rows one answer of a list holds, and how many a request without
	// page, offset, cursor and limit gets. Clients that ask for no page get what they always
	// got up to here: a thousand sessions are 20 years of a weekly game night, some 150 KB.
	MaxListed = 1000
	// maxPage bounds page; with MaxListed rows each it is far behind the end of every list.
	maxPage = 1_000_000
	// defaultLimit is the number of rows when a request names none, as in the reference API.
	defaultLimit = 50
)

// PageQuery says which rows of a list are asked for: all lists have these parameters. Page,
// Offset and Cursor exclude each other; without any of them the answer starts with the first
// row.
type PageQuery struct {
	// Page counts from 1; each page has Limit rows.
	Page int `json:"page"`
	// Offset is how many rows are left out.
	Offset RowOffset `json:"offset"`
	// Cursor is PageInfo.Next of the page before. Unlike the others it neither repeats nor
	// leaves out a row when rows are added or removed meanwhile.
	Cursor string `json:"cursor"`
	// Limit is how many rows are wanted. The default is 50, and MaxListed when no page, offset
	// or cursor is given, either.
	Limit RowLimit `json:"limit"`
}

// Check validates ranges and fills in the default of limit, but leaves a query for the whole list
// as it is. It may be called again.
func (q *PageQuery) Check() *Error {
	if q.Whole() {
		return nil
	}
	return q.check(MaxListed)
}

// CheckRanked is Check for a list whose rows have no place of their own, such as one by votes: it
// has no cursors.
func (q *PageQuery) CheckRanked() *Error {
	if q.Cursor != "" {
		return Invalid("this list has no cursors, use page or offset")
	}
	return q.Check()
}

// check is Check with the most rows of an answer.
func (q *PageQuery) check(most RowLimit) *Error {
	switch {
	case q.Limit == 0:
		q.Limit = defaultLimit
	case q.Limit == AllRows:
		q.Limit = most
	case q.Limit < 1 || q.Limit > most:
		return Invalid("limit must be between 1 and %d", most)
	}
	if q.Page < 0 || q.Page > maxPage {
		return Invalid("page must be between 1 and %d", maxPage)
	}
	if q.Page != 0 && q.Offset != 0 || q.Cursor != "" && (q.Page != 0 || q.Offset != 0) {
		return Invalid("page, offset and cursor cannot be combined")
	}
	if q.Cursor != "" && q.After() < 1 {
		return Invalid("cursor must be the one of an earlier answer")
	}
	return nil
}

// Part returns the query itself, also of a query that embeds it.
func (q *PageQuery) Part() *PageQuery { return q }

// Whole reports whether the whole list is asked for: no parameter is given.
func (q *PageQuery) Whole() bool { return *q == PageQuery{} }

// Rows is the most rows of the answer.
func (q *PageQuery) Rows() int {
	if q.Limit == 0 {
		return MaxListed
	}
	return int(q.Limit)
}

// After is the number of the row behind which the page begins, 0 without a cursor.
func (q *PageQuery) After() int64 {
	n, _ := strconv.ParseInt(q.Cursor, 10, 64) // Check has refused what is no number
	return n
}

// Skip is how many rows are left out, from the first row of the list or, with a cursor, 0.
func (q *PageQuery) Skip() int {
	if q.Page > 1 {
		return (q.Page - 1) * q.Rows()
	}
	return int(q.Offset)
}

// SessionPart is the query of sessions.games and sessions.votes.
type SessionPart struct {
	ID SessionID `json:"id"`
	PageQuery
}

// RowLimit is a number of rows; AllRows stands for as many as one answer holds.
type RowLimit int32

// AllRows is the limit "all", which the reference API has.
const AllRows RowLimit = math.MinInt32

// UnmarshalText implements encoding.TextUnmarshaler: a positive integer or "all".
func (l *RowLimit) UnmarshalText(text []byte) error {
	if string(text) == "all" {
		*l = AllRows
		return nil
	}
	n, err := strconv.ParseInt(string(text), 10, 32)
	if err != nil || n < 1 {
		return errRowLimit
	}
	*l = RowLimit(n)
	return nil
}

var errRowLimit = errors.New("must be a positive integer")

// UnmarshalJSON implements json.Unmarshaler: a number or "all".
func (l *RowLimit) UnmarshalJSON(b []byte) error {
	if string(b) == `"all"` {
		*l = AllRows
		return nil
	}
	return json.Unmarshal(b, (*int32)(l))
}

// RowOffset is a number of rows to leave out; a negative one counts as 0, as in the reference
// API.
type RowOffset int32

// UnmarshalText implements encoding.TextUnmarshaler.
func (o *RowOffset) UnmarshalText(text []byte) error {
	n, err := strconv.ParseInt(string(text), 10, 32)
	if err != nil {
		return errRowOffset
	}
	*o = RowOffset(max(0, n))
	return nil
}

var errRowOffset = errors.New("must be a whole number")

// UnmarshalJSON implements json.Unmarshaler.
func (o *RowOffset) UnmarshalJSON(b []byte) error {
	err := json.Unmarshal(b, (*int32)(o))
	*o = max(0, *o)
	return err
}

// PageInfo says where rows stand in their list. By REST it is in headers, by WebSocket in the
// field page of the response.
type PageInfo struct {
	// Total is the number of rows of the whole list, nil where they would have to be read to
	// be counted.
	Total *int `json:"total"`
	// More says that rows follow.
	More bool `json:"more"`
	// Next is the cursor of the next page, nil at the end of the list and for lists without
	// cursors.
	Next *string `json:"next"`
}

// Page is rows of a list.
type Page[Row any] struct {
	Rows []Row // never nil
	PageInfo
}

// PageOf returns a page of n rows that can be reached by their index. Behind returns the index
// of the first row behind a cursor, and id the cursor of a row.
func PageOf[Row any](q PageQuery, n int, behind func(cursor int64) int, row func(i int) Row, id func(*Row) int64) Page[Row] {
	from := min(q.Skip(), n)
	if cursor := q.After(); cursor != 0 {
		from = min(behind(cursor), n)
	}
	return fillPage(q, n, n-from, func(yield func(Row) bool) {
		for i := from; i < n && yield(row(i)); i++ {
		}
	}, id)
}

// PageOfSeq returns a page of rows that have to be walked: rows yields those behind the cursor,
// in order, and total is the number of all rows of the list, -1 for not known.
func PageOfSeq[Row any](q PageQuery, total int, rows iter.Seq[Row], id func(*Row) int64) Page[Row] {
	skip := q.Skip()
	return fillPage(q, total, total, func(yield func(Row) bool) {
		for r := range rows {
			if skip--; skip < 0 && !yield(r) {
				return
			}
		}
	}, id)
}

// PageOfList returns a page of rows that are all there, without cursors. It shares their memory.
func PageOfList[Row any](q PageQuery, rows []Row) Page[Row] {
	from := min(q.Skip(), len(rows))
	to := min(from+q.Rows(), len(rows))
	total := len(rows)
	return Page[Row]{Rows: rows[from:to], PageInfo: PageInfo{Total: &total, More: to < total}}
}

// fillPage takes as many rows as are wanted, and looks whether there is another. At most so
// many follow.
func fillPage[Row any](q PageQuery, total, follow int, rows iter.Seq[Row], id func(*Row) int64) Page[Row] {
	p := Page[Row]{Rows: make([]Row, 0, min(q.Rows(), max(0, follow)))}
	if total >= 0 {
		p.Total = &total
	}
	for r := range rows {
		if len(p.Rows) == q.Rows() {
			p.More = true
			break
		}
		p.Rows = append(p.Rows, r)
	}
	if p.More && id != nil {
		next := strconv.FormatInt(id(&p.Rows[len(p.Rows)-1]), 10)
		p.Next = &next
	}
	return p
}
