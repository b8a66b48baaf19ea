package voteindex_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"partyline/actors/rules/session/fact"
	"partyline/actors/voteindex"
	"partyline/persistence"
	"partyline/persistence/memory"
	"partyline/protocol"
)

// TestVotersWithTheLongestNames has more voters than a block holds, each with a name of the most
// bytes: what a flush writes must fit the table.
func TestVotersWithTheLongestNames(t *testing.T) {
	j := memory.New(memory.Options{})
	defer j.Close()
	x := voteindex.New(j, voteindex.Limits{})
	p := open(t, x, 1, 0)
	const voters = 3000
	for i := range voters {
		p++
		v := &fact.VoteCast{
			At: 1_700_000_000_000, Timestamp: 1_700_000_000_000, Play: protocol.NewPlayID(1, 1), Game: 1, Type: protocol.VoteUp,
			Username: strings.Repeat("\U0001f389", protocol.MaxUsername-5) + fmt.Sprintf("%05d", i),
		}
		if err := x.Apply(1, p, v); err != nil {
			t.Fatal(err)
		}
		if x.Due() {
			if err := x.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := x.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if x, err := voteindex.Load(t.Context(), j, voteindex.Limits{}, p); err != nil || x.Votes() != voters || x.Through() != p {
		t.Fatalf("%v, %v", x, err)
	}
}

// open opens a session with one game.
func open(t *testing.T, x *voteindex.Index, id protocol.SessionID, p persistence.Position) persistence.Position {
	t.Helper()
	for _, f := range []fact.Fact{&fact.Opened{}, &fact.GameAdded{Play: protocol.NewPlayID(id, 1), Game: fact.PlayedGame{ID: 1, Title: "Quiplash"}}} {
		p++
		if err := x.Apply(id, p, f); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// TestManyDeletedSessionsStayDeleted kills the process behind a flush that has erased some of the
// sessions that were deleted before it: those whose turn had not come stay deleted.
func TestManyDeletedSessionsStayDeleted(t *testing.T) {
	j := memory.New(memory.Options{})
	defer j.Close()
	x := voteindex.New(j, voteindex.Limits{Votes: 1 << 20, Changes: 4096})
	flush := func() {
		t.Helper()
		if err := x.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	const sessions = 2500
	p := persistence.Position(0)
	for id := range protocol.SessionID(sessions) {
		p = open(t, x, id+1, p) + 1
		if err := x.Apply(id+1, p, &fact.VoteCast{Play: protocol.NewPlayID(id+1, 1), Game: 1, Type: protocol.VoteUp, Username: "Ann"}); err != nil {
			t.Fatal(err)
		}
		if x.Due() {
			flush()
		}
	}
	flush()
	for id := range protocol.SessionID(sessions) {
		p++
		if err := x.Apply(id+1, p, &fact.Deleted{}); err != nil {
			t.Fatal(err)
		}
	}
	flush()
	if x.Through() != p {
		t.Fatal("not all is flushed")
	}
	again, err := voteindex.Load(t.Context(), j, voteindex.Limits{}, p)
	if err != nil || again.Votes() != 0 {
		t.Fatalf("%d votes of deleted sessions are in the history, %v", again.Votes(), err)
	}
	for range 5 {
		again.StartErase()
		if err := again.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	_ = j.ReadTable(t.Context(), voteindex.Table, func(v persistence.TableView) error {
		for _, prefix := range []string{"b", "d"} {
			for e := range v.Scan([]byte(prefix)) {
				t.Errorf("%q is still there", e.Key)
				break
			}
		}
		return nil
	})
}

// measured notes how many bytes the largest update had.
type measured struct {
	*memory.Journal
	largest int
}

func (m *measured) UpdateTable(ctx context.Context, table string, changes []persistence.TableEntry) error {
	size := 0
	for _, c := range changes {
		size += len(c.Key) + len(c.Value)
	}
	m.largest = max(m.largest, size)
	return m.Journal.UpdateTable(ctx, table, changes)
}

// TestVotesTakenBackInManyBlocks voids the last vote of each of many blocks, which takes the most
// bytes that a vote can: a flush writes no more than was counted.
func TestVotesTakenBackInManyBlocks(t *testing.T) {
	j := &measured{Journal: memory.New(memory.Options{})}
	defer j.Close()
	const limit, blocks, votes = 20_000, 400, 1024
	x := voteindex.New(j, voteindex.Limits{Bytes: limit})
	p := open(t, x, 1, 0)
	for i := range blocks {
		v := &fact.VoteCast{Play: protocol.NewPlayID(1, 1), Game: 1, Type: protocol.VoteUp, Username: "Ann"}
		last := *v
		last.Device = 1
		for n := range votes {
			if p++; n == votes-1 {
				v = &last
			}
			if err := x.Apply(1, p, v); err != nil {
				t.Fatal(err)
			}
		}
		if i%20 == 0 || i == blocks-1 {
			if err := x.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	j.largest = 0
	if err := x.Apply(1, p+1, &fact.VotesVoided{Devices: []protocol.DeviceID{1}}); err != nil {
		t.Fatal(err)
	}
	if x.Votes() != blocks*(votes-1) || j.largest == 0 || j.largest > limit+limit/4 {
		t.Errorf("%d votes, the largest update had %d bytes", x.Votes(), j.largest)
	}
}
