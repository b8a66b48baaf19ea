package actors_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"partyline/actors"
	"partyline/persistence"
	"partyline/protocol"
)

// invite opens joining and returns the code.
func (e *fixture) invite(c protocol.OpenJoin) string {
	e.t.Helper()
	c.ID = e.session
	j := do[protocol.Join](e.t, e.hub, c)
	if j.Code == nil {
		e.t.Fatalf("joining is open without a code: %+v", j)
	}
	return *j.Code
}

// enter comes in with a code.
func (e *fixture) enter(code string, device protocol.DeviceID) protocol.GuestState {
	e.t.Helper()
	entry, err := e.hub.Enter(e.t.Context(), e.hub.Opens(code), code, device)
	if err != nil {
		e.t.Fatal(err)
	}
	return entry
}

// press is a thumb of a phone that has just come in.
func (e *fixture) press(code string, device protocol.DeviceID, thumb protocol.VoteType) *protocol.GuestVoteAccepted {
	e.t.Helper()
	in := e.enter(code, device)
	return do[*protocol.GuestVoteAccepted](e.t, e.hub, &protocol.CastGuestVote{SessionID: in.SessionID, Generation: in.Generation, Device: device, Username: "Ann", Vote: thumb})
}

func TestJoinCodeIsValidAfterRestart(t *testing.T) {
	e := newFixture(t)
	code := e.invite(protocol.OpenJoin{Policy: protocol.PolicyLatest})
	if folded, ok := protocol.NormalizeJoinCode(code); !ok || folded != code {
		t.Errorf("the code is %q", code)
	}
	e.press(code, 0xa, "up")
	for _, again := range []func(){func() {}, e.restart, e.restartFromTheLog} {
		again()
		if e.hub.Opens(code) != e.session || !e.hub.GuestLive(e.session, 1) || e.hub.GuestLive(e.session, 2) {
			t.Fatalf("%s opens session %d", code, e.hub.Opens(code))
		}
		if in := e.enter(code, 0xa); in.Yours == nil || in.Yours.Vote != "up" || in.Generation != 1 || in.Policy != protocol.PolicyLatest {
			t.Fatalf("entered as %+v", in)
		}
		if j, err := e.hub.Join(t.Context(), e.session); err != nil || *j.Code != code || *j.Path != "/vote/"+code {
			t.Fatalf("%+v %v", j, err)
		}
	}
	if a := e.press(code, 0xa, "down"); a.Vote.Replaced != "up" || a.Game.Upvotes != 0 || a.Game.Downvotes != 1 {
		t.Errorf("the change of mind after a restart: %+v", a)
	}
}

// restartFromTheLog restarts with snapshots that cannot be read.
func (e *fixture) restartFromTheLog() {
	e.t.Helper()
	e.stop()
	for stream, seq := range map[string]persistence.Seq{"standings": persistence.Seq(e.journal.Head()), "session/" + e.session.String(): 1} {
		err := e.journal.SaveSnapshot(e.t.Context(), persistence.Snapshot{Stream: stream, Seq: seq, Version: 2, Data: []byte("old")})
		if err != nil {
			e.t.Fatal(err)
		}
	}
	e.hub = e.start()
}

func TestEndedJoinCodeStaysInvalid(t *testing.T) {
	for name, end := range map[string]func(e *fixture) protocol.Command{
		"closing joining":     func(e *fixture) protocol.Command { return protocol.CloseJoin{ID: e.session} },
		"closing the session": func(e *fixture) protocol.Command { return protocol.CloseSession{ID: e.session} },
		"renewing the code":   func(e *fixture) protocol.Command { return protocol.OpenJoin{ID: e.session, Renew: true} },
	} {
		t.Run(name, func(t *testing.T) {
			e := newFixture(t)
			code := e.invite(protocol.OpenJoin{})
			if _, err := e.hub.Do(t.Context(), actors.Call{Command: end(e)}); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if e.hub.Opens(code) != 0 || e.hub.GuestLive(e.session, 1) {
					t.Fatalf("%s still opens session %d", code, e.hub.Opens(code))
				}
				if _, err := e.hub.Enter(t.Context(), e.session, code, 0xa); codeOf(err) != protocol.CodeNotFound {
					t.Fatal("entering with it:", err)
				}
				late := &protocol.CastGuestVote{SessionID: e.session, Generation: 1, Device: 0xa, Username: "Ann", Vote: "up"}
				if _, err := e.hub.Do(t.Context(), actors.Call{Command: late}); codeOf(err) != protocol.CodeForbidden {
					t.Fatal("voting with it:", err)
				}
				e.restart()
			}
		})
	}
}

func TestJoinCodeWhoseCommitFailedIsInvalid(t *testing.T) {
	e := newFixture(t)
	var drawn []string
	e.stop()
	e.hub = e.startWith(actors.Options{Journal: e.journal, DrawCode: func() string {
		drawn = append(drawn, strings.Repeat(protocol.JoinAlphabet[len(drawn):len(drawn)+1], protocol.JoinCodeLength))
		return drawn[len(drawn)-1]
	}})
	e.journal.FailNext(1, errors.New("disk on fire"))
	if _, err := e.hub.Do(t.Context(), actors.Call{Command: protocol.OpenJoin{ID: e.session}}); codeOf(err) != protocol.CodeStorage {
		t.Fatal(err)
	}
	code := e.invite(protocol.OpenJoin{})
	if e.hub.Opens(drawn[0]) != 0 || code == drawn[0] || e.hub.Opens(code) != e.session {
		t.Errorf("%v were drawn, %s is open", drawn, code)
	}
}

// TestJoinCodesAreUnique draws from hardly more codes than are in use, while all
// sessions ask at once.
func TestJoinCodesAreUnique(t *testing.T) {
	e := newFixture(t)
	e.stop()
	const sessions = 6
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(1, 2))
	e.hub = e.startWith(actors.Options{Journal: e.journal, DrawCode: func() string {
		mu.Lock()
		defer mu.Unlock()
		return strings.Repeat("2", protocol.JoinCodeLength-1) + protocol.JoinAlphabet[random.IntN(2*sessions+1):][:1]
	}})
	ids := []protocol.SessionID{e.session}
	for len(ids) < sessions {
		ids = append(ids, do[protocol.Session](t, e.hub, protocol.CreateSession{}).ID)
	}
	var all sync.WaitGroup
	for _, id := range ids {
		all.Go(func() {
			for range 20 {
				if _, err := e.hub.Do(t.Context(), actors.Call{Command: protocol.OpenJoin{ID: id, Renew: true}}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	seen := map[string]protocol.SessionID{}
	for _, id := range ids {
		j, err := e.hub.Join(t.Context(), id)
		if err != nil || j.Code == nil {
			t.Fatalf("%+v %v", j, err)
		}
		if other, twice := seen[*j.Code]; twice || e.hub.Opens(*j.Code) != id {
			t.Errorf("%s is of session %d and of %d, and opens %d", *j.Code, id, other, e.hub.Opens(*j.Code))
		}
		seen[*j.Code] = id
	}
}

func TestFeedShowsReplacedVote(t *testing.T) {
	e := newFixture(t)
	code := e.invite(protocol.OpenJoin{})
	news := make(chan struct{}, 100)
	f, err := e.hub.Watch(t.Context(), e.session, func() { news <- struct{}{} })
	if err != nil {
		t.Fatal(err)
	}
	defer e.hub.Unwatch(e.session, f)
	head := f.Head()
	for _, step := range []struct {
		thumb    protocol.VoteType
		up, down int64
		replaced string
	}{{"up", 1, 0, ""}, {"down", 0, 1, `,"replaced":"up"`}, {"up", 1, 0, `,"replaced":"down"`}} {
		e.press(code, 0xa, step.thumb)
		for head++; f.Head() < head; {
			<-news
		}
		frames, _, err := f.Frames(nil, head-1, 1<<20)
		if err != nil || !strings.Contains(string(frames[0]), step.replaced+`},"totals"`) {
			t.Errorf("%s: %v", frames, err)
		}
		shown, _ := f.Summary()
		var tally protocol.Tally
		if err := json.Unmarshal(shown.Tally[strings.IndexByte(string(shown.Tally), '{'):], &tally); err != nil {
			t.Fatal(err)
		}
		want := []protocol.TallyGame{{ID: 1, Totals: protocol.NewTotals(step.up, step.down), SessionUpvotes: step.up, SessionDownvotes: step.down}}
		if d := cmp.Diff(want, tally.Games); d != "" {
			t.Errorf("tally: %s", d)
		}
		if g, err := e.hub.Game(t.Context(), 1); err != nil || g.Upvotes != step.up || g.Downvotes != step.down {
			t.Errorf("game: %+v %v", g, err)
		}
	}
}

// TestHistoryListsVotesThatCount: pages and totals say the same, whatever minds
// were changed.
func TestHistoryListsVotesThatCount(t *testing.T) {
	e := newFixture(t)
	random := rand.New(rand.NewPCG(3, 4))
	code := e.invite(protocol.OpenJoin{Policy: protocol.PolicyLatest})
	for i := range 300 {
		switch {
		case i%60 == 59:
			do[protocol.SessionGame](t, e.hub, protocol.AddGame{ID: e.session, GameID: protocol.GameID(1 + i%2)})
		case i%10 == 0:
			if _, err := e.vote("bot"+string(rune('a'+i/10)), "up"); err != nil {
				t.Fatal(err)
			}
		default:
			e.press(code, protocol.DeviceID(1+random.IntN(6)), []protocol.VoteType{"up", "down"}[random.IntN(2)])
		}
	}
	st, err := e.hub.State(t.Context(), e.session)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range st.Tallies {
		for thumb, want := range map[protocol.VoteType]int64{"up": g.SessionUpvotes, "down": g.SessionDownvotes, "": g.SessionUpvotes + g.SessionDownvotes} {
			for _, name := range []string{"", "ann"} {
				f := protocol.VoteFilter{GameID: g.ID, VoteType: thumb, Limit: 7, Username: name}
				rows, total := e.pages(f)
				if total != rows || name == "" && total != want || total == 0 {
					t.Errorf("%+v: %d rows, a total of %d, a tally of %d", f, rows, total, want)
				}
			}
		}
	}
}

// pages reads all of them and counts.
func (e *fixture) pages(f protocol.VoteFilter) (rows, total int64) {
	e.t.Helper()
	for f.Page = 1; ; f.Page++ {
		p, err := e.hub.Votes(e.t.Context(), f)
		if err != nil {
			e.t.Fatal(err)
		}
		rows += int64(len(p.Votes))
		if total = p.Pagination.Total; len(p.Votes) == 0 {
			return rows, total
		}
	}
}

func TestGuestsOfPassivatedSessionAreKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFixture(t)
		code := e.invite(protocol.OpenJoin{})
		e.press(code, 0xa, "up")
		time.Sleep(time.Hour)
		synctest.Wait()
		if a := e.press(code, 0xa, "up"); a.Counted || a.Game.Upvotes != 1 {
			t.Errorf("the same thumb counts twice: %+v", a)
		}
	})
}
