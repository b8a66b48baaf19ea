package actors_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"partyline/actors"
	"partyline/persistence"
	"partyline/persistence/memory"
	"partyline/protocol"
)

// TestHangingDiskIsUnhealthyUntilItAnswers holds a commit for longer than voters wait.
func TestHangingDiskIsUnhealthyUntilItAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFixture(t)
		e.journal.Hold()
		if _, err := e.voteWithin(15*time.Second, "ann"); codeOf(err) != protocol.CodeTimeout {
			t.Fatalf("%v, want a timeout", err)
		}
		time.Sleep(10 * time.Minute)
		if err := e.hub.Health(); codeOf(err) != protocol.CodeStorage {
			t.Fatalf("health %v after ten minutes", err)
		}
		began := time.Now()
		if _, err := e.voteWithin(15*time.Second, "bob"); codeOf(err) != protocol.CodeStorage || time.Since(began) != 0 {
			t.Fatalf("%v after %s, want to be told at once", err, time.Since(began))
		}
		if all, err := e.hub.Sessions(t.Context(), protocol.PageQuery{}); err != nil || len(all.Rows) != 1 {
			t.Fatalf("%+v, %v: reads go on", all, err)
		}
		if games, err := e.hub.Games(t.Context(), protocol.GameFilter{}); err != nil || len(games) == 0 {
			t.Fatalf("%d games, %v: reads go on", len(games), err)
		}
		e.journal.Release()
		synctest.Wait()
		if err := e.hub.Health(); err != nil {
			t.Fatalf("health %v when the disk answers again", err)
		}
		if _, err := e.vote("cleo", protocol.VoteUp); err != nil {
			t.Fatal(err)
		}
		v, err := e.hub.SessionVotes(t.Context(), e.session)
		if err != nil || v.Votes[0].TotalVotes != 2 {
			t.Fatalf("%+v, %v, want the vote whose outcome was unknown, and the last", v, err)
		}
	})
}

// TestReadOnHangingDiskIsRefused: what a session has decided and the disk
// has not confirmed cannot be shown, and who asks is not kept until it is.
func TestReadOnHangingDiskIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFixture(t)
		e.journal.Hold()
		_, _ = e.voteWithin(15*time.Second, "ann")
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
		defer cancel()
		if _, err := e.hub.SessionVotes(ctx, e.session); codeOf(err) != protocol.CodeStorage || time.Since(began) != 0 {
			t.Fatalf("%v after %s, want to be told at once", err, time.Since(began))
		}
		e.journal.Release()
		synctest.Wait()
		if _, err := e.hub.SessionVotes(t.Context(), e.session); err != nil {
			t.Fatal(err)
		}
	})
}

func (e *fixture) voteWithin(d time.Duration, name string) (any, error) {
	ctx, cancel := context.WithTimeout(e.t.Context(), d)
	defer cancel()
	now := protocol.TimestampOf(time.Now())
	return e.hub.Do(ctx, actors.Call{Command: &protocol.CastVote{Username: name, Vote: protocol.VoteUp, Timestamp: now.VoteTimestamp()}})
}

// stuck is a journal on a disk that hangs: nothing that writes comes back, whatever its
// context says.
type stuck struct {
	*memory.Journal
	held chan struct{}
}

func (s *stuck) SaveSnapshot(ctx context.Context, snapshot persistence.Snapshot) error {
	<-s.held
	return s.Journal.SaveSnapshot(ctx, snapshot)
}

func (s *stuck) Trim(ctx context.Context, stream string, through persistence.Seq) error {
	<-s.held
	return s.Journal.Trim(ctx, stream, through)
}

// TestCloseDoesNotWaitForHangingDisk closes the hub while a vote, a snapshot and a
// trim wait for the disk.
func TestCloseDoesNotWaitForHangingDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := &stuck{memory.New(memory.Options{}), make(chan struct{})}
		e := &fixture{t: t, journal: j.Journal}
		e.hub = e.startWith(actors.Options{Journal: j, MaxActiveSessions: 2})
		gone := do[protocol.Session](t, e.hub, protocol.CreateSession{}).ID
		do[protocol.Session](t, e.hub, protocol.CloseSession{ID: gone})
		do[any](t, e.hub, protocol.DeleteSession{ID: gone})
		e.session = do[protocol.Session](t, e.hub, protocol.CreateSession{}).ID
		do[protocol.SessionGame](t, e.hub, protocol.AddGame{ID: e.session, GameID: 1})
		time.Sleep(time.Minute) // the deleted session's records are to go, behind a snapshot
		e.journal.Hold()
		_, _ = e.voteWithin(time.Second, "ann")
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if err := e.hub.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v, want that it was not in time", err)
		}
		if took := time.Since(began); took > 11*time.Second {
			t.Errorf("closed after %s", took)
		}
		close(j.held)
		if err := j.Close(); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Minute) // what was left behind ends
	})
}

// unreadable is a journal whose tables cannot be read at the moment.
type unreadable struct {
	*memory.Journal
	now atomic.Bool
}

func (u *unreadable) ReadTable(ctx context.Context, table string, f func(persistence.TableView) error) error {
	if u.now.Load() {
		return persistence.ErrUnavailable
	}
	return u.Journal.ReadTable(ctx, table, f)
}

// TestUnreadableHistoryIsAnError: it is refused as a whole, and is there again when
// it can be read.
func TestUnreadableHistoryIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := &unreadable{Journal: memory.New(memory.Options{})}
		e := &fixture{t: t, journal: j.Journal}
		e.hub = e.startWith(actors.Options{Journal: j, MaxActiveSessions: 1})
		defer func() {
			e.stop()
			_ = j.Close()
		}()
		e.session = do[protocol.Session](t, e.hub, protocol.CreateSession{}).ID
		do[protocol.SessionGame](t, e.hub, protocol.AddGame{ID: e.session, GameID: 1})
		if _, err := e.vote("ann", protocol.VoteUp); err != nil {
			t.Fatal(err)
		}
		for _, id := range []protocol.SessionID{0, e.session} {
			f := protocol.VoteFilter{SessionID: id, Page: 1, Limit: 10}
			j.now.Store(true)
			if page, err := e.hub.Votes(t.Context(), f); codeOf(err) != protocol.CodeStorage {
				t.Errorf("session %d: %+v, %v, want that storage fails", id, page, err)
			}
			j.now.Store(false)
			if page, err := e.hub.Votes(t.Context(), f); err != nil || len(page.Votes) != 1 || len(page.LeftOut) != 0 {
				t.Errorf("session %d: %+v, %v, want the vote", id, page, err)
			}
		}
	})
}
