package actors_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"partyline/actors"
	"partyline/persistence"
	"partyline/persistence/memory"
	"partyline/protocol"
)

const year = 365 * 24 * time.Hour

// oldNight is a session with votes of names and devices, a poll and a chat log, and what
// clients read of it.
type oldNight struct {
	*fixture
	before night
}

// night is what must be the same before and after the votes of the session are folded.
type night struct {
	Session protocol.Session
	Games   protocol.Page[protocol.SessionGame]
	Votes   protocol.SessionVotes
	Poll    *protocol.Poll
	Stats   protocol.Stats
}

// newOldNight has the session closed 400 days ago, and a younger one since then: the journal
// has seen the days go by. No hub runs.
func newOldNight(t *testing.T) *oldNight {
	t.Helper()
	e := &oldNight{fixture: newFixture(t)}
	code := e.invite(protocol.OpenJoin{Policy: protocol.PolicyLatest})
	for i := range 20 {
		e.cast(fmt.Sprint("voter", i), protocol.VoteUp)
		e.press(code, protocol.DeviceID(1+i%5), []protocol.VoteType{"up", "down"}[i%2])
	}
	e.pressFrom(1<<32|7, 77, "up")
	do[protocol.VoidedVotes](t, e.hub, protocol.VoidVotes{ID: e.session, Address: "0000000100000007"})
	do[*protocol.Poll](t, e.hub, protocol.StartPoll{ID: e.session, GameIDs: []protocol.GameID{2, 3}})
	do[*protocol.Poll](t, e.hub, &protocol.CastPollVote{ID: e.session, Username: "voter1", Choice: 2})
	do[*protocol.Poll](t, e.hub, protocol.EndPoll{ID: e.session})
	notes := "a night to remember"
	do[protocol.Session](t, e.hub, protocol.CloseSession{ID: e.session, Notes: &notes})
	e.before = e.read()
	e.stop()
	time.Sleep(400 * 24 * time.Hour)
	e.hub = e.start()
	young := do[protocol.Session](t, e.hub, protocol.CreateSession{})
	do[protocol.SessionGame](t, e.hub, protocol.AddGame{ID: young.ID, GameID: 2})
	e.cast("young", protocol.VoteDown)
	do[protocol.Session](t, e.hub, protocol.CloseSession{ID: young.ID})
	e.before.Stats = e.read().Stats
	e.stop()
	return e
}

func (e *oldNight) cast(name string, v protocol.VoteType) {
	e.t.Helper()
	if _, err := e.vote(name, v); err != nil {
		e.t.Fatal(err)
	}
}

// read is what clients read of the session.
func (e *oldNight) read() (n night) {
	e.t.Helper()
	var errs [5]error
	n.Session, errs[0] = e.hub.Session(e.t.Context(), e.session)
	n.Games, errs[1] = e.hub.SessionGames(e.t.Context(), protocol.SessionPart{ID: e.session})
	n.Votes, errs[2] = e.hub.SessionVotes(e.t.Context(), e.session)
	state, err := e.hub.State(e.t.Context(), e.session)
	errs[3] = err
	n.Stats, errs[4] = e.hub.Stats(e.t.Context())
	if err := errors.Join(errs[:]...); err != nil {
		e.t.Fatal(err)
	}
	n.Poll = state.Poll
	return n
}

// keeping runs the hub for a while.
func (e *oldNight) keeping(o actors.Options, d time.Duration) {
	e.t.Helper()
	if o.Journal == nil {
		o.Journal = e.journal
	}
	e.hub = e.startWith(o)
	time.Sleep(d)
	synctest.Wait()
}

// wantWhole wants every single vote of the session, or with folded set none of them, and
// everything else as it was.
func (e *oldNight) want(folded bool) {
	e.t.Helper()
	now := e.read()
	if got := now.Session.VotesFoldedAt != nil; got != folded {
		e.t.Fatalf("folded: %v, want %v", got, folded)
	}
	now.Session.VotesFoldedAt = nil
	if diff := cmp.Diff(e.before, now); diff != "" {
		e.t.Fatalf("(-before +now)\n%s", diff)
	}
	rows, total := e.pages(protocol.VoteFilter{SessionID: e.session})
	all, allTotal := e.pages(protocol.VoteFilter{})
	up, upTotal := e.pages(protocol.VoteFilter{GameID: 1, VoteType: protocol.VoteUp})
	want := [6]int64{25, 25, 26, 26, 22, 22}
	if folded {
		want = [6]int64{0, 0, 1, 1, 0, 0}
	}
	if got := [6]int64{rows, total, all, allTotal, up, upTotal}; got != want {
		e.t.Fatalf("votes of the session, of all and up for the game, listed and counted: %v, want %v", got, want)
	}
	x, votes := exported(e.t, e.hub, e.session)
	switch {
	case folded && (x.FoldedVotes != 25 || len(votes) != 0):
		e.t.Fatalf("an export with %d votes says that %d are folded", len(votes), x.FoldedVotes)
	case !folded && (x.FoldedVotes != 0 || len(votes) != 41):
		e.t.Fatalf("an export of %d votes says that %d are folded", len(votes), x.FoldedVotes)
	}
}

// records counts what is stored of the session.
func (e *oldNight) records() (n int) {
	e.t.Helper()
	for rec, err := range e.journal.Read(e.t.Context(), "session/1", 0) {
		if n++; err != nil || strings.Contains(string(rec.Data), "voter") && e.folded() {
			e.t.Fatalf("%q, %v", rec.Data, err)
		}
	}
	return n
}

func (e *oldNight) folded() bool {
	s, err := e.hub.Session(e.t.Context(), e.session)
	if err != nil {
		e.t.Fatal(err)
	}
	return s.VotesFoldedAt != nil
}

func TestOldVotesAreFolded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newOldNight(t)
		e.keeping(actors.Options{}, time.Minute)
		e.want(false)
		e.stop()
		dir := t.TempDir()
		o := actors.Options{KeepVotes: year, KeepExports: dir}
		e.keeping(o, time.Minute)
		e.want(true)
		if n := e.records(); n != 1 {
			t.Errorf("%d records are left", n)
		}
		if s, ok, err := e.journal.LoadSnapshot(t.Context(), "session/1"); err != nil || !ok || strings.Contains(string(s.Data), "voter") {
			t.Errorf("the snapshot is %q, %v", s.Data, err)
		}
		e.wantExportFile(dir)
		head := e.journal.Head()
		time.Sleep(25 * time.Hour)
		e.stop()
		e.keeping(o, 25*time.Hour)
		if now := e.journal.Head(); now != head {
			t.Errorf("%d records were written later", now-head)
		}
		e.want(true)
		e.restartFromTheLog()
		e.want(true)
		do[protocol.DeletedSession](t, e.hub, protocol.DeleteSession{ID: e.session})
		if n, err := e.hub.Stats(t.Context()); err != nil || n.TotalVotes != e.before.Stats.TotalVotes {
			t.Errorf("votes of all games: %+v, %v", n, err)
		}
		e.restartFromTheLog()
		if n, err := e.hub.Stats(t.Context()); err != nil || n.TotalVotes != e.before.Stats.TotalVotes {
			t.Errorf("votes of all games after a restart: %+v, %v", n, err)
		}
	})
}

// wantExportFile wants one file, with all votes of the session.
func (e *oldNight) wantExportFile(dir string) {
	e.t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 || files[0].Name() != "partyline-session-1-"+e.journal.Epoch().ID+".json" {
		e.t.Fatalf("%v, %v", files, err)
	}
	b, err := os.ReadFile(filepath.Join(dir, files[0].Name()))
	if err != nil {
		e.t.Fatal(err)
	}
	var x protocol.SessionExport
	if err := json.Unmarshal(b, &x); err != nil || len(x.Votes) != 41 || x.Session.VotesFoldedAt != nil {
		e.t.Fatalf("%d votes, %v", len(x.Votes), err)
	}
	if info, err := files[0].Info(); err != nil || info.Mode().Perm() != 0o600 {
		e.t.Errorf("%v, %v", info.Mode(), err)
	}
}

// TestWhoWatchesAnOldSessionLearnsThatItIsFolded.
func TestWhoWatchesAnOldSessionLearnsThatItIsFolded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newOldNight(t)
		e.keeping(actors.Options{KeepVotes: year, FoldPace: time.Minute}, time.Second)
		f, err := e.hub.Watch(t.Context(), e.session, func() {})
		if err != nil {
			t.Fatal(err)
		}
		defer e.hub.Unwatch(e.session, f)
		if s, _ := snapshot(t, f); len(s.Data.Latest) == 0 || f.OldestStored() != 0 {
			t.Fatalf("%d newest votes, events from %d", len(s.Data.Latest), f.OldestStored())
		}
		head := f.Head()
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if f.Head() != head+1 || f.OldestStored() != head || !f.Stale() {
			t.Fatalf("head %d, was %d; events from %d", f.Head(), head, f.OldestStored())
		}
		e.hub.Refresh(e.session, f)
		synctest.Wait()
		if s, _ := snapshot(t, f); len(s.Data.Latest) != 0 || s.Data.Session.VotesFoldedAt == nil || f.OldestStored() != head {
			t.Fatalf("%+v, events from %d", s.Data, f.OldestStored())
		}
	})
}

// TestVotesOfAYoungSessionStay: whatever the clock says.
func TestVotesOfAYoungSessionStay(t *testing.T) {
	for name, o := range map[string]actors.Options{
		"it is kept for longer":        {KeepVotes: 401 * 24 * time.Hour},
		"nothing is asked for":         {},
		"the clock is two years late":  {KeepVotes: year, Now: func() time.Time { return time.Now().Add(-2 * year) }},
		"the clock is two years ahead": {KeepVotes: 3 * year, Now: func() time.Time { return time.Now().Add(2 * year) }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := newOldNight(t)
				e.keeping(o, 25*time.Hour)
				e.want(false)
			})
		})
	}
}

// TestAClockThatJumpsAheadFoldsNothing: neither while the hub runs, nor when it starts with a
// clock that also dates the journal's records.
func TestAClockThatJumpsAheadFoldsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newOldNight(t)
		var ahead atomic.Int64
		j := &dated{Journal: e.journal, ahead: &ahead, from: e.journal.Head()}
		o := actors.Options{Journal: j, KeepVotes: 3 * year, Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }}
		e.keeping(o, time.Minute)
		ahead.Store(int64(5 * year))
		do[protocol.Session](t, e.hub, protocol.CreateSession{})
		e.before.Stats = e.read().Stats
		time.Sleep(25 * time.Hour)
		e.want(false)
		e.stop()
		// Wrong from the start, once.
		j.from = e.journal.Head()
		e.keeping(o, time.Minute)
		do[protocol.Session](t, e.hub, protocol.CreateSession{})
		e.before.Stats = e.read().Stats
		time.Sleep(25 * time.Hour)
		e.want(false)
	})
}

// dated dates the records behind a position as a clock does that runs ahead.
type dated struct {
	*memory.Journal
	ahead *atomic.Int64
	from  persistence.Position
}

func (d *dated) ReadAll(ctx context.Context, after persistence.Position) iter.Seq2[persistence.Record, error] {
	return func(yield func(persistence.Record, error) bool) {
		for rec, err := range d.Journal.ReadAll(ctx, after) {
			if rec.Position > d.from {
				rec.Time = rec.Time.Add(time.Duration(d.ahead.Load()))
			}
			if !yield(rec, err) {
				return
			}
		}
	}
}

// TestNothingIsFoldedWithoutItsExport: the folder cannot be written, or a file is in its place.
func TestNothingIsFoldedWithoutItsExport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newOldNight(t)
		blocked := filepath.Join(t.TempDir(), "exports")
		if err := os.WriteFile(blocked, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		o := actors.Options{KeepVotes: year, KeepExports: blocked}
		e.keeping(o, time.Hour)
		e.want(false)
		if err := os.Remove(blocked); err != nil {
			t.Fatal(err)
		}
		time.Sleep(25 * time.Hour) // the next round
		synctest.Wait()
		e.want(true)
		e.wantExportFile(blocked)
	})
}

// TestNothingIsFoldedAfterADamagedExport: a record that cannot be read fails the export.
func TestNothingIsFoldedAfterADamagedExport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newOldNight(t)
		e.keeping(actors.Options{}, time.Second) // so that the session has its snapshot
		e.stop()
		e.journal.Damage("session/1", 9)
		dir := t.TempDir()
		e.keeping(actors.Options{KeepVotes: year, KeepExports: dir}, time.Hour)
		if e.folded() {
			t.Fatal("it is folded")
		}
		if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
			t.Errorf("%v, %v", files, err)
		}
	})
}

// TestFoldingStoppedAtAnyWrite: the journal refuses everything from the n-th write on, as if the
// process had been killed there. Then the votes are all there, or they are folded; what has
// begun is finished at the next start, whether votes are still to be folded or not.
func TestFoldingStoppedAtAnyWrite(t *testing.T) {
	for n := 0; ; n++ {
		finished := false
		synctest.Test(t, func(t *testing.T) {
			e := newOldNight(t)
			j := &mortal{Journal: e.journal, left: n}
			h, err := actors.New(t.Context(), actors.Options{Journal: j, KeepVotes: year})
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour)
			finished = j.left > 0
			_ = h.Close(t.Context())
			e.journal.Refuse(nil)
			e.keeping(actors.Options{}, time.Minute)
			folded := e.folded()
			e.want(folded)
			if left := e.records(); folded != (left == 1) || finished && !folded {
				t.Fatalf("stopped at write %d: %d records are left, folded: %v", n, left, folded)
			}
			e.stop()
			e.keeping(actors.Options{KeepVotes: year}, time.Hour)
			if e.want(true); e.records() != 1 {
				t.Fatalf("stopped at write %d: %d records are left", n, e.records())
			}
		})
		if finished {
			return
		}
	}
}

// mortal refuses all writes after some.
type mortal struct {
	*memory.Journal
	left int
}

func (m *mortal) die() {
	if m.left--; m.left < 0 {
		m.Refuse(errors.New("killed"))
	}
}

func (m *mortal) Append(a persistence.Append) {
	m.die()
	m.Journal.Append(a)
}

func (m *mortal) SaveSnapshot(ctx context.Context, s persistence.Snapshot) error {
	m.die()
	return m.Journal.SaveSnapshot(ctx, s)
}

func (m *mortal) Trim(ctx context.Context, stream string, through persistence.Seq) error {
	m.die()
	return m.Journal.Trim(ctx, stream, through)
}
