package actors_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"partyline/actors"
	"partyline/persistence"
	"partyline/persistence/memory"
	"partyline/protocol"
)

// rottenTables is a journal whose tables are damaged until they are dropped, and are then not dropped
// before the test says so.
type rottenTables struct {
	*memory.Journal
	damaged atomic.Bool
	drops   atomic.Int64
	drop    chan struct{}
}

func (r *rottenTables) ReadTable(ctx context.Context, table string, f func(persistence.TableView) error) error {
	if r.damaged.Load() {
		return persistence.ErrCorrupt
	}
	return r.Journal.ReadTable(ctx, table, f)
}

func (r *rottenTables) DropTable(ctx context.Context, table string) error {
	select {
	case <-r.drop:
	case <-ctx.Done():
		return ctx.Err()
	}
	r.damaged.Store(false)
	r.drops.Add(1)
	return r.Journal.DropTable(ctx, table)
}

// onRotten is a fixture with one vote whose index is damaged from now on.
func onRotten(t *testing.T) (*fixture, *rottenTables) {
	t.Helper()
	r := &rottenTables{Journal: memory.New(memory.Options{}), drop: make(chan struct{}, 1)}
	r.drop <- struct{}{}
	e := &fixture{t: t, journal: r.Journal}
	e.hub = e.startWith(actors.Options{Journal: r, MaxActiveSessions: 1})
	t.Cleanup(func() {
		e.stop()
		_ = r.Close()
	})
	e.session = do[protocol.Session](t, e.hub, protocol.CreateSession{}).ID
	do[protocol.SessionGame](t, e.hub, protocol.AddGame{ID: e.session, GameID: 1})
	if _, err := e.vote("ann", protocol.VoteUp); err != nil {
		t.Fatal(err)
	}
	e.wantHistory("ann up")
	r.damaged.Store(true)
	return e, r
}

// TestDamagedVoteIndexIsBuiltAgain: whoever asks meanwhile is told to come again, everything else
// goes on, and then all votes are there.
func TestDamagedVoteIndexIsBuiltAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, r := onRotten(t)
		for range 3 {
			if _, err := e.hub.Votes(t.Context(), protocol.VoteFilter{}); codeOf(err) != protocol.CodeStarting {
				t.Fatalf("%v, want that the index is being built", err)
			}
			synctest.Wait()
		}
		time.Sleep(time.Second)
		if _, err := e.vote("bob", protocol.VoteDown); err != nil {
			t.Fatal(err)
		}
		if n := e.standing(); n.up != 1 || n.down != 1 {
			t.Errorf("totals %+v", n)
		}
		r.drop <- struct{}{}
		synctest.Wait()
		e.wantHistory("bob down", "ann up")
		if _, err := e.vote("cleo", protocol.VoteUp); err != nil {
			t.Fatal(err)
		}
		e.wantHistory("cleo up", "bob down", "ann up")
	})
}

// TestDiskThatRotsHasTheIndexBuiltOnceAnHour: not for ever.
func TestDiskThatRotsHasTheIndexBuiltOnceAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, r := onRotten(t)
		close(r.drop)
		before := r.drops.Load()
		for range 12 {
			r.damaged.Store(true)
			_, _ = e.hub.Votes(t.Context(), protocol.VoteFilter{})
			time.Sleep(10 * time.Minute)
		}
		if built := r.drops.Load() - before; built != 2 {
			t.Errorf("the index was built %d times in two hours", built)
		}
	})
}

// TestVoteIndexIsVerified against the journal of the hub that has made it, with votes of phones
// that have changed and been voided.
func TestVoteIndexIsVerified(t *testing.T) {
	e := newFixture(t)
	e.invite(protocol.OpenJoin{Policy: protocol.PolicyLatest})
	for n := range protocol.DeviceID(20) {
		e.pressFrom(protocol.AddressID(1+n%2)<<32|1, n%7+1, []protocol.VoteType{protocol.VoteUp, protocol.VoteDown}[n/7%2])
	}
	const crowd = 34
	voters := 0
	for range crowd {
		batch := &protocol.CastVotes{SessionID: e.session}
		for i := range protocol.MaxBatchVotes {
			voters++
			batch.Votes = append(batch.Votes, protocol.CastVote{Username: fmt.Sprint("voter", voters), Vote: protocol.VoteUp, Timestamp: protocol.TimestampOf(time.Now().Add(time.Duration(i) * time.Microsecond)).VoteTimestamp()})
		}
		do[*protocol.BatchResult](t, e.hub, batch)
	}
	do[protocol.VoidedVotes](t, e.hub, protocol.VoidVotes{ID: e.session, Address: protocol.AddressID(1<<32 | 1).String()})
	e.stop()
	faults := func(f string) { t.Error(f) }
	sum, err := actors.VerifyVotes(t.Context(), e.journal, faults)
	if err != nil || sum.Compared != 1 || sum.Votes < 10_000 {
		t.Errorf("%+v, %v", sum, err)
	}
	if err := actors.DropVoteIndex(t.Context(), e.journal); err != nil {
		t.Fatal(err)
	}
	if _, err := actors.VerifyVotes(t.Context(), e.journal, faults); !errors.Is(err, actors.ErrNoVoteIndex) {
		t.Errorf("%v, want that there is none", err)
	}
	e.hub = e.start()
	page, err := e.hub.Votes(t.Context(), protocol.VoteFilter{Limit: 1})
	if err != nil || page.Pagination.Total < crowd*protocol.MaxBatchVotes {
		t.Errorf("%+v, %v", page.Pagination, err)
	}
}
