package protocol_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"partyline/protocol"
)

func TestPagesThatAreRefused(t *testing.T) {
	for query, want := range map[string]string{
		`{"limit":1001}`:               "limit must be between 1 and 1000",
		`{"limit":-1}`:                 "limit must be between 1 and 1000",
		`{"page":-1}`:                  "page must be between 1 and 1000000",
		`{"page":1000001}`:             "page must be between 1 and 1000000",
		`{"page":1,"offset":1}`:        "page, offset and cursor cannot be combined",
		`{"page":1,"cursor":"1"}`:      "page, offset and cursor cannot be combined",
		`{"offset":1,"cursor":"1"}`:    "page, offset and cursor cannot be combined",
		`{"cursor":"0"}`:               "cursor must be the one of an earlier answer",
		`{"cursor":"-1"}`:              "cursor must be the one of an earlier answer",
		`{"cursor":"next","limit":10}`: "cursor must be the one of an earlier answer",
	} {
		var q protocol.PageQuery
		if err := json.Unmarshal([]byte(query), &q); err != nil {
			t.Fatal(query, err)
		}
		if err := q.Check(); err == nil || err.Message != want || err.Code != protocol.CodeInvalid {
			t.Errorf("%s: %v, want %q", query, err, want)
		}
	}
	if err := (&protocol.PageQuery{Cursor: "7"}).CheckRanked(); err == nil {
		t.Error("a list without cursors takes one")
	}
}

func TestRowsOfAPage(t *testing.T) {
	for query, want := range map[string]struct{ rows, skip int }{
		`{}`:                        {1000, 0},
		`{"limit":"all"}`:           {1000, 0},
		`{"limit":null,"offset":0}`: {1000, 0},
		`{"limit":10}`:              {10, 0},
		`{"page":1}`:                {50, 0},
		`{"page":3}`:                {50, 100},
		`{"page":3,"limit":"all"}`:  {1000, 2000},
		`{"offset":7}`:              {50, 7},
		`{"offset":-7,"limit":5}`:   {5, 0},
		`{"cursor":"9"}`:            {50, 0},
	} {
		var q protocol.PageQuery
		if err := json.Unmarshal([]byte(query), &q); err != nil {
			t.Fatal(query, err)
		}
		for range 2 { // checked again nothing changes
			if err := q.Check(); err != nil {
				t.Fatal(query, err)
			}
		}
		if q.Rows() != want.rows || q.Skip() != want.skip {
			t.Errorf("%s: %d rows after %d, want %+v", query, q.Rows(), q.Skip(), want)
		}
	}
}

// TestPagesAreTheList: by page, offset and cursor the pages of a list are the list, and rows that
// come or go meanwhile do not repeat or hide others for a reader with a cursor.
func TestPagesAreTheList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfNDistinct(rapid.Int64Range(1, 200), 0, 40, rapid.ID[int64]).Draw(t, "ids")
		slices.Sort(ids)
		limit := protocol.RowLimit(rapid.IntRange(1, 9).Draw(t, "limit"))
		read := func(q protocol.PageQuery, ids []int64) protocol.Page[int64] {
			q.Limit = limit
			if err := q.Check(); err != nil {
				t.Fatal(err)
			}
			behind := func(cursor int64) int {
				at, found := slices.BinarySearch(ids, cursor)
				if found {
					at++
				}
				return at
			}
			id := func(row *int64) int64 { return *row }
			indexed := protocol.PageOf(q, len(ids), behind, func(i int) int64 { return ids[i] }, id)
			walked := protocol.PageOfSeq(q, len(ids), slices.Values(ids[behind(q.After()):]), id)
			if !slices.Equal(indexed.Rows, walked.Rows) || indexed.More != walked.More || *indexed.Total != *walked.Total || (indexed.Next == nil) != (walked.Next == nil) {
				t.Fatalf("%+v: by index %+v, by walking %+v", q, indexed, walked)
			}
			if listed := protocol.PageOfList(q, ids); q.Cursor == "" && (!slices.Equal(listed.Rows, indexed.Rows) || listed.More != indexed.More) {
				t.Fatalf("%+v: of the list %+v, by index %+v", q, listed, indexed)
			}
			return indexed
		}
		var byPage, byOffset []int64
		for page := 1; page <= 41; page++ {
			byPage = append(byPage, read(protocol.PageQuery{Page: page}, ids).Rows...)
			if len(byOffset) < len(ids) {
				byOffset = append(byOffset, read(protocol.PageQuery{Offset: protocol.RowOffset(len(byOffset))}, ids).Rows...)
			}
		}
		if !slices.Equal(byPage, ids) || !slices.Equal(byOffset, ids) {
			t.Fatalf("by page %v, by offset %v, want %v", byPage, byOffset, ids)
		}
		now, got, q := slices.Clone(ids), []int64{}, protocol.PageQuery{}
		kept := slices.Clone(ids)
		for more := true; more; {
			p := read(q, now)
			got = append(got, p.Rows...)
			if more = p.Next != nil; more {
				q.Cursor = *p.Next
			}
			if p.More != more {
				t.Fatalf("more is %v, next %v", p.More, p.Next)
			}
			if gone := rapid.Int64Range(1, 200).Draw(t, "gone"); rapid.Bool().Draw(t, "goes") {
				now = slices.DeleteFunc(now, func(id int64) bool { return id == gone })
				kept = slices.DeleteFunc(kept, func(id int64) bool { return id == gone && !slices.Contains(got, id) })
			}
		}
		if !slices.Equal(got, kept) {
			t.Fatalf("by cursor %v, want %v", got, kept)
		}
	})
}

func FuzzPageQuery(f *testing.F) {
	f.Add([]byte(`{"page":1,"limit":"all","offset":-3,"cursor":"12"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var q protocol.PageQuery
		if json.Unmarshal(raw, &q) != nil || q.Check() != nil {
			return
		}
		p := protocol.PageOf(q, 100, func(int64) int { return 50 }, strconv.Itoa, func(*string) int64 { return 1 })
		if len(p.Rows) > 100 || q.Rows() < 1 || q.Rows() > protocol.MaxListed || q.Skip() < 0 {
			t.Fatalf("%+v: %d rows after %d", q, q.Rows(), q.Skip())
		}
	})
}
