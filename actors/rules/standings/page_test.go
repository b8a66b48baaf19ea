package standings_test

import (
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"partyline/actors/rules/session/fact"
	"partyline/actors/rules/standings"
	"partyline/protocol"
)

// TestSessionPagesAreTheSessions: whatever was opened and deleted, the pages are the sessions, the
// newest first.
func TestSessionPagesAreTheSessions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, want := standings.New(), []protocol.SessionID{}
		for _, id := range rapid.SliceOf(rapid.Custom(func(t *rapid.T) protocol.SessionID {
			return protocol.SessionID(rapid.IntRange(1, 30).Draw(t, "id"))
		})).Draw(t, "ids") {
			if at := slices.Index(want, id); at >= 0 {
				s.Apply(id, &fact.Deleted{})
				want = slices.Delete(want, at, at+1)
				continue
			}
			s.Apply(id, &fact.Opened{At: noon})
			want = append(want, id)
		}
		slices.Sort(want)
		slices.Reverse(want)
		limit := protocol.RowLimit(rapid.IntRange(1, 7).Draw(t, "limit"))
		got, q := []protocol.SessionID{}, protocol.PageQuery{Limit: limit}
		for more := true; more; {
			p := s.SessionPage(q)
			for _, row := range p.Rows {
				got = append(got, row.ID)
			}
			if *p.Total != len(want) {
				t.Fatalf("total %d of %d", *p.Total, len(want))
			}
			if more = p.More; more {
				q.Cursor = *p.Next
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("pages %v, want %v", got, want)
		}
		third := s.SessionPage(protocol.PageQuery{Limit: limit, Page: 3}).Rows
		if from := min(2*int(limit), len(want)); len(third) != min(int(limit), len(want)-from) || len(third) > 0 && third[0].ID != want[from] {
			t.Fatalf("page 3 of %d rows: %+v", limit, third)
		}
	})
}

// TestAWholeListIsBounded: a client that asks for no page gets the newest sessions.
func TestAWholeListIsBounded(t *testing.T) {
	s := manySessions(protocol.MaxListed + 5)
	p := s.SessionPage(protocol.PageQuery{})
	if len(p.Rows) != protocol.MaxListed || p.Rows[0].ID != protocol.MaxListed+5 || *p.Total != protocol.MaxListed+5 || *p.Next != "6" {
		t.Errorf("%d rows from %d of %d, then %v", len(p.Rows), p.Rows[0].ID, *p.Total, *p.Next)
	}
}

func manySessions(n int) *standings.State {
	s := standings.New()
	for id := range protocol.SessionID(n) {
		s.Apply(id+1, &fact.Opened{At: noon})
	}
	return s
}

// BenchmarkSessionPage: a page costs the same however many sessions there are.
func BenchmarkSessionPage(b *testing.B) {
	for _, n := range []int{100, 10_000, 100_000} {
		s := manySessions(n)
		for name, q := range map[string]protocol.PageQuery{"first": {Limit: 50}, "last": {Limit: 50, Cursor: "51"}, "deep": {Limit: 50, Offset: protocol.RowOffset(n - 50)}} {
			b.Run(name+"/"+strconv.Itoa(n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if p := s.SessionPage(q); len(p.Rows) != 50 {
						b.Fatal(len(p.Rows))
					}
				}
			})
		}
	}
}
