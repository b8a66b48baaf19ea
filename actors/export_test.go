package actors_test

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"partyline/actors"
	"partyline/protocol"
)

// exported is an export and its votes, all of them.
func exported(t *testing.T, h *actors.Hub, id protocol.SessionID) (*protocol.SessionExport, []protocol.ExportedVote) {
	t.Helper()
	e, err := h.SessionExport(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var votes []protocol.ExportedVote
	for v, err := range h.ExportVotes(t.Context(), e) {
		if err != nil {
			t.Fatal(err)
		}
		votes = append(votes, v)
	}
	return e, votes
}

// TestExportIsOfOneMoment: while votes come in, with games added and removed between
// them, the votes of each export add up to its totals, and a later one begins with all
// of an earlier one. After a restart it is the same.
func TestExportIsOfOneMoment(t *testing.T) {
	e := newFixture(t)
	random := rand.New(rand.NewPCG(7, 9))
	ctx, cancel := context.WithCancel(t.Context())
	voters := make(chan struct{})
	const each = 500 // votes for each export, which is compared vote by vote
	more := make(chan struct{}, each)
	go func() {
		defer close(voters)
		for i := 0; ; i++ {
			select {
			case <-more:
			case <-ctx.Done():
				return
			}
			if _, err := e.vote(fmt.Sprint("voter", i), []protocol.VoteType{protocol.VoteUp, protocol.VoteDown}[i%2]); err != nil && ctx.Err() == nil {
				t.Error(err)
				return
			}
		}
	}()
	code := e.invite(protocol.OpenJoin{})
	var before []protocol.ExportedVote
	for i := range 30 {
		for len(more) < each {
			more <- struct{}{}
		}
		play := do[protocol.SessionGame](t, e.hub, protocol.AddGame{ID: e.session, GameID: protocol.GameID(1 + random.IntN(4))})
		for _, thumb := range []protocol.VoteType{"up", "down", "up"}[:1+i%3] {
			e.press(code, 0xa, thumb)
		}
		if random.IntN(3) == 0 {
			do[protocol.Message](t, e.hub, protocol.RemoveGame{ID: e.session, GameID: play.ID})
		}
		x, votes := exported(t, e.hub, e.session)
		if d := cmp.Diff(sums(x), counted(votes)); d != "" {
			t.Fatalf("-totals +recounted\n%s", d)
		}
		if len(votes) < len(before) || !slices.EqualFunc(before, votes[:len(before)], func(a, b protocol.ExportedVote) bool { return cmp.Equal(a, b) }) {
			t.Fatalf("%d votes, and before there were %d", len(votes), len(before))
		}
		before = votes
	}
	cancel()
	<-voters
	x, votes := exported(t, e.hub, e.session)
	e.restart()
	y, again := exported(t, e.hub, e.session)
	y.ExportedAt = x.ExportedAt
	if d := cmp.Diff(x, y) + cmp.Diff(votes, again); d != "" || len(votes) == 0 {
		t.Errorf("%d votes; after a restart: %s", len(votes), d)
	}
}

// TestExportedGuestsRecount: guests change their minds, some more than once, between
// votes that come with a name. What was taken back is in the export, and says so.
func TestExportedGuestsRecount(t *testing.T) {
	e := newFixture(t)
	code := e.invite(protocol.OpenJoin{Policy: protocol.PolicyLatest})
	random := rand.New(rand.NewPCG(4, 2))
	thumbs := []protocol.VoteType{protocol.VoteUp, protocol.VoteDown}
	for i := range 120 {
		if i%40 == 39 {
			do[protocol.SessionGame](t, e.hub, protocol.AddGame{ID: e.session, GameID: protocol.GameID(1 + i/40)})
		}
		e.press(code, protocol.DeviceID(1+random.IntN(12)), thumbs[random.IntN(2)])
		if _, err := e.vote(fmt.Sprint("voter", i), thumbs[random.IntN(2)]); err != nil {
			t.Fatal(err)
		}
	}
	x, votes := exported(t, e.hub, e.session)
	if d := cmp.Diff(sums(x), counted(votes)); d != "" {
		t.Errorf("-totals +recounted\n%s", d)
	}
	replaced := 0
	for _, v := range votes {
		if v.Replaced != "" {
			replaced++
		}
	}
	if replaced < 20 || len(votes) < 150 {
		t.Errorf("%d votes, of which %d took one back", len(votes), replaced)
	}
}

func sums(x *protocol.SessionExport) map[protocol.GameID][2]int64 {
	all := map[protocol.GameID][2]int64{}
	for _, t := range x.Totals {
		all[t.GameID] = [2]int64{t.Upvotes, t.Downvotes}
	}
	return all
}

func counted(votes []protocol.ExportedVote) map[protocol.GameID][2]int64 {
	all := map[protocol.GameID][2]int64{}
	for _, v := range votes {
		n := all[v.GameID]
		for i, thumb := range []protocol.VoteType{protocol.VoteUp, protocol.VoteDown} {
			if v.VoteType == thumb {
				n[i]++
			}
			if v.Replaced == thumb {
				n[i]--
			}
		}
		all[v.GameID] = n
	}
	return all
}

func TestExportOfUnknownSession(t *testing.T) {
	e := newFixture(t)
	if _, err := e.hub.SessionExport(t.Context(), 9); codeOf(err) != protocol.CodeNotFound {
		t.Error(err)
	}
	x, _ := exported(t, e.hub, e.session)
	do[protocol.Session](t, e.hub, protocol.CloseSession{ID: e.session})
	do[protocol.DeletedSession](t, e.hub, protocol.DeleteSession{ID: e.session})
	if _, err := e.hub.SessionExport(t.Context(), e.session); codeOf(err) != protocol.CodeNotFound {
		t.Error(err)
	}
	last, err := e.journal.Last(t.Context(), "session/1")
	if err != nil {
		t.Fatal(err)
	}
	// Erased between the two steps of an export: what is left is not told as all.
	if err := e.journal.Trim(t.Context(), "session/1", last-1); err != nil {
		t.Fatal(err)
	}
	if err := lastOf(e.hub.ExportVotes(t.Context(), x)); codeOf(err) != protocol.CodeNotFound {
		t.Error("votes of an erased session:", err)
	}
}

func TestExportEndsAtCorruptRecord(t *testing.T) {
	e := newFixture(t)
	for i := range 5 {
		if _, err := e.vote(fmt.Sprint("voter", i), protocol.VoteUp); err != nil {
			t.Fatal(err)
		}
	}
	x, _ := exported(t, e.hub, e.session)
	e.journal.Damage("session/1", 5)
	n, err := 0, error(nil)
	for _, fault := range e.hub.ExportVotes(t.Context(), x) {
		if err = fault; err == nil {
			n++
		}
	}
	if n != 2 || codeOf(err) != protocol.CodeCorrupt {
		t.Errorf("%d votes and then %v", n, err)
	}
}

// TestExportsAreBounded: whoever downloads slowly holds a place; when all are taken the
// next is told to come again, and a place that is given back is free.
func TestExportsAreBounded(t *testing.T) {
	e := newFixture(t)
	for i := range 3 {
		if _, err := e.vote(fmt.Sprint("voter", i), protocol.VoteUp); err != nil {
			t.Fatal(err)
		}
	}
	x, _ := exported(t, e.hub, e.session)
	var ends []func()
	for range 4 {
		next, stop := iter.Pull2(e.hub.ExportVotes(t.Context(), x))
		if _, err, ok := next(); err != nil || !ok {
			t.Fatal(err, ok)
		}
		ends = append(ends, stop)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := lastOf(e.hub.ExportVotes(ctx, x)); codeOf(err) != protocol.CodeOverloaded {
		t.Error("a fifth:", err)
	}
	for _, end := range ends {
		end()
	}
	if _, votes := exported(t, e.hub, e.session); len(votes) != 3 {
		t.Errorf("%d votes", len(votes))
	}
}

func lastOf(votes iter.Seq2[protocol.ExportedVote, error]) (last error) {
	for _, err := range votes {
		last = err
	}
	return last
}
