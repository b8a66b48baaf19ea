package actors

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"partyline/persistence"
	"partyline/persistence/memory"
	"partyline/protocol"
)

// counting counts the records that are read one stream at a time, and reads no table while it
// hangs.
type counting struct {
	*memory.Journal
	read  int
	hangs bool
}

func (c *counting) Read(ctx context.Context, stream string, after persistence.Seq) iter.Seq2[persistence.Record, error] {
	return c.counted(c.Journal.Read(ctx, stream, after))
}

func (c *counting) ReadBack(ctx context.Context, stream string, before persistence.Seq) iter.Seq2[persistence.Record, error] {
	return c.counted(c.Journal.ReadBack(ctx, stream, before))
}

func (c *counting) counted(records iter.Seq2[persistence.Record, error]) iter.Seq2[persistence.Record, error] {
	return func(yield func(persistence.Record, error) bool) {
		for rec, err := range records {
			c.read++
			if !yield(rec, err) {
				return
			}
		}
	}
}

func (c *counting) ReadTable(ctx context.Context, table string, f func(persistence.TableView) error) error {
	if c.hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	return c.Journal.ReadTable(ctx, table, f)
}

// archive is three sessions that are over: 300 votes up for game 1, 3 down for game 2, and
// 50 up for game 1 and one for game 2 before them.
type archive struct {
	t       *testing.T
	journal *counting
	hub     *Hub
}

func newArchive(t *testing.T) *archive {
	t.Helper()
	a := &archive{t: t, journal: &counting{Journal: memory.New(memory.Options{})}}
	h, err := New(t.Context(), Options{Journal: a.journal})
	if err != nil {
		t.Fatal(err)
	}
	a.hub = h
	t.Cleanup(func() {
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
		_ = a.journal.Close()
	})
	for _, night := range []map[protocol.GameID]int{{1: 300}, {2: -3}, {1: 50, 2: 1}} {
		s := a.do(protocol.CreateSession{}).(protocol.Session)
		for _, game := range []protocol.GameID{2, 1} {
			if n := night[game]; n != 0 {
				a.do(protocol.AddGame{ID: s.ID, GameID: game})
				a.vote(s.ID, game, n)
				time.Sleep(time.Second)
			}
		}
		a.do(protocol.CloseSession{ID: s.ID})
	}
	return a
}

func (a *archive) do(c protocol.Command) any {
	a.t.Helper()
	answer, err := a.hub.Do(a.t.Context(), Call{Command: c})
	if err != nil {
		a.t.Fatalf("%T: %v", c, err)
	}
	return answer
}

func (a *archive) vote(id protocol.SessionID, game protocol.GameID, n int) {
	a.t.Helper()
	thumb := protocol.VoteUp
	if n < 0 {
		thumb, n = protocol.VoteDown, -n
	}
	batch := &protocol.CastVotes{SessionID: id}
	for i := range n {
		batch.Votes = append(batch.Votes, protocol.CastVote{Username: fmt.Sprintf("v%d of %d", i, game), Vote: thumb, Timestamp: protocol.TimestampOf(time.Now()).VoteTimestamp()})
	}
	if r := a.do(batch).(*protocol.BatchResult); r.Accepted != n {
		a.t.Fatalf("%+v", r)
	}
}

// TestHistoryReadsNoRecords: the index has all votes, those of the last moment too.
func TestHistoryReadsNoRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newArchive(t)
		for name, c := range map[string]struct {
			filter      protocol.VoteFilter
			rows, total int
		}{
			"all":                        {protocol.VoteFilter{}, 50, 354},
			"a game with few":            {protocol.VoteFilter{GameID: 2}, 4, 4},
			"a game with few, up":        {protocol.VoteFilter{GameID: 2, VoteType: protocol.VoteUp}, 1, 1},
			"a thumb that few gave":      {protocol.VoteFilter{VoteType: protocol.VoteDown}, 3, 3},
			"a game that nobody has":     {protocol.VoteFilter{GameID: 9}, 0, 0},
			"a name, of a game with few": {protocol.VoteFilter{GameID: 2, Username: "v0 of 2"}, 2, 2},
			"a deep page":                {protocol.VoteFilter{Page: 3}, 50, 354},
			"the last page":              {protocol.VoteFilter{Page: 8}, 4, 354},
			"behind the last":            {protocol.VoteFilter{Page: 9}, 0, 354},
			"one session, few":           {protocol.VoteFilter{SessionID: 3, GameID: 1, Limit: 50}, 50, 50},
		} {
			a.journal.read = 0
			page, err := a.hub.Votes(t.Context(), c.filter)
			if err != nil || len(page.Votes) != c.rows || page.Pagination.Total != int64(c.total) || len(page.LeftOut) != 0 {
				t.Errorf("%s: %d rows, %+v, %v", name, len(page.Votes), page.Pagination, err)
			}
			if a.journal.read > 0 {
				t.Errorf("%s: %d records were read", name, a.journal.read)
			}
		}
	})
}

// TestEveryVoteIsOnOnePage, in the order of the history, whatever the size of pages.
func TestEveryVoteIsOnOnePage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newArchive(t)
		var want []uint64
		for _, limit := range []int{100, 7, 53} {
			var got []uint64
			for n := 1; ; n++ {
				page, err := a.hub.Votes(t.Context(), protocol.VoteFilter{Page: n, Limit: limit})
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range page.Votes {
					got = append(got, v.ID)
				}
				if int64(n) == page.Pagination.TotalPages {
					break
				}
			}
			if want == nil {
				want = got
			}
			if len(got) != 354 || !slices.Equal(got, want) {
				t.Errorf("%d votes on pages of %d, not the same as on pages of 100", len(got), limit)
			}
			if byCursor := a.byCursor(limit); !slices.Equal(byCursor, want) {
				t.Errorf("%d votes on pages of %d by cursor, not the same as by number", len(byCursor), limit)
			}
		}
	})
}

// byCursor are the ids of all votes, page by page, while votes arrive that are not on them.
func (a *archive) byCursor(limit int) (ids []uint64) {
	a.t.Helper()
	f := protocol.VoteFilter{SessionID: 0, Limit: limit}
	for {
		page, err := a.hub.Votes(a.t.Context(), f)
		if err != nil {
			a.t.Fatal(err)
		}
		for _, v := range page.Votes {
			ids = append(ids, v.ID)
		}
		if page.Pagination.NextCursor == nil {
			return ids
		}
		f.Cursor = *page.Pagination.NextCursor
		if page.Pagination.Page != 0 && f.Page != 0 {
			a.t.Fatalf("%+v", page.Pagination)
		}
	}
}

// TestHistoryTimeoutErrors: nobody who only reads is told that an
// outcome is not known.
func TestHistoryTimeoutErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newArchive(t)
		refused := func(f protocol.VoteFilter, code protocol.Code, says ...string) {
			t.Helper()
			_, err := a.hub.Votes(t.Context(), f)
			var e *protocol.Error
			if !errors.As(err, &e) || e.Code != code || strings.Contains(e.Message, "outcome") {
				t.Fatalf("%+v: %v, want %s", f, err, code)
			}
			for _, word := range says {
				if !strings.Contains(e.Message, word) {
					t.Errorf("%q does not say %q", e.Message, word)
				}
			}
		}
		a.journal.hangs = true
		begun := time.Now()
		refused(protocol.VoteFilter{Username: "ann"}, protocol.CodeTimeout)
		if took := time.Since(begun); took != 5*time.Second {
			t.Errorf("it took %v", took)
		}
		a.journal.Hold()
		defer a.journal.Release()
		a.hub.Go(Call{Command: protocol.CreateSession{}}, func(any, *protocol.Error) {})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := a.hub.State(ctx, 4)
		var e *protocol.Error
		if !errors.As(err, &e) || e.Code != protocol.CodeTimeout || strings.Contains(e.Message, "Idempotency-Key") {
			t.Errorf("a read that waits for the disk: %v", err)
		}
	})
}
