package actors_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"partyline/actors"
	"partyline/protocol"
)

// ask starts a poll on games 1, 2 and 3 for a minute.
func (n *webhookHub) ask(more ...func(*protocol.StartPoll)) *protocol.Poll {
	n.t.Helper()
	c := protocol.StartPoll{ID: n.session, GameIDs: []protocol.GameID{1, 2, 3}}
	for _, m := range more {
		m(&c)
	}
	return do[*protocol.Poll](n.t, n.hub, c)
}

func autoAdd(c *protocol.StartPoll) { c.AutoAdd = true }

func (n *webhookHub) choose(name string, choice int) error {
	return n.try(&protocol.CastPollVote{ID: n.session, Username: name, Choice: choice})
}

func (n *webhookHub) try(c protocol.Command) error {
	_, err := n.hub.Do(n.t.Context(), actors.Call{Command: c})
	return err
}

func (n *webhookHub) poll() *protocol.Poll {
	n.t.Helper()
	p, err := n.hub.Poll(n.t.Context(), n.session)
	if err != nil {
		n.t.Fatal(err)
	}
	return p
}

// wantOpen and wantWinner look without asking the session for longer than a moment.
func (n *webhookHub) wantOpen(votes int64) {
	n.t.Helper()
	if p := n.poll(); p.Status != protocol.StatusOpen || p.TotalVotes != votes {
		n.t.Fatalf("%+v, want it open with %d votes", p, votes)
	}
}

func (n *webhookHub) wantWinner(game protocol.GameID) *protocol.Poll {
	n.t.Helper()
	p := n.poll()
	if p.Status != protocol.StatusEnded || p.Winner == nil || p.Winner.GameID != game {
		n.t.Fatalf("%+v, want game %d to have won", p, game)
	}
	return p
}

func TestPollEndsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		hook := n.hook(protocol.EventPollStarted, protocol.EventPollTally, protocol.EventPollEnded)
		begun := time.Now()
		p := n.ask()
		if p.ID != protocol.NewPollID(n.session, 1) || p.EndsAt != p.StartedAt+60_000 || p.Candidates[1].GameID != 2 || p.Candidates[1].Title == "" {
			t.Fatalf("%+v", p)
		}
		for name, choice := range map[string]int{"ann": 2, "bob": 3, "cy": 2} {
			if err := n.choose(name, choice); err != nil {
				t.Fatal(err)
			}
		}
		rest(59_999 * time.Millisecond)
		n.wantOpen(3)
		rest(time.Millisecond)
		p = n.wantWinner(2)
		if p.Tie || p.Added || *p.EndedAt != protocol.TimestampOf(begun.Add(time.Minute)) {
			t.Fatalf("%+v", p)
		}
		want := []string{"poll.started", "poll.tally", "poll.tally", "poll.tally", "poll.ended"}
		if got := n.sender.events(hook); !slices.Equal(got, want) {
			t.Fatalf("the webhook heard %v", got)
		}
	})
}

func TestPollWinnerIsAddedByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		n.ask(autoAdd)
		if err := n.choose("ann", 3); err != nil {
			t.Fatal(err)
		}
		rest(time.Minute)
		if p := n.wantWinner(3); !p.Added {
			t.Fatalf("%+v", p)
		}
		games, err := n.hub.SessionGames(t.Context(), protocol.SessionPart{ID: n.session})
		if err != nil || len(games.Rows) != 2 || games.Rows[1].GameID != 3 || games.Rows[1].Status != protocol.StatusPlaying || games.Rows[0].Status != protocol.StatusPlayed {
			t.Fatalf("%+v %v", games, err)
		}
		if err := n.try(protocol.AddPollWinner{ID: n.session}); codeOf(err) != protocol.CodeConflict {
			t.Fatal("added twice:", err)
		}
	})
}

// TestPollDurationDoesNotDependOnTheClock: a clock that is set ahead ends no poll, and
// one that is set back makes none longer. What a screen is told that comes in the middle is
// how long the poll goes on, not a moment of a clock.
func TestPollDurationDoesNotDependOnTheClock(t *testing.T) {
	for name, skew := range map[string]time.Duration{"ahead": time.Hour, "a month ahead": 31 * 24 * time.Hour, "back": -48 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newWebhookHub(t)
				hook := n.hook(protocol.EventPollEnded)
				n.ask()
				rest(20 * time.Second)
				n.skew.Store(int64(skew))
				if err := n.choose("ann", 2); err != nil {
					t.Fatal(err)
				}
				rest(10 * time.Second)
				n.skew.Store(0)
				rest(10 * time.Second)
				n.skew.Store(int64(skew))
				state, err := n.hub.State(t.Context(), n.session)
				if err != nil || state.Poll.RemainingMS != 20_000 || n.poll().RemainingMS != 20_000 {
					t.Fatalf("%+v %v", state.Poll, err)
				}
				rest(19_999 * time.Millisecond)
				if err := n.choose("bob", 2); err != nil {
					t.Fatal(err)
				}
				n.wantOpen(2)
				rest(time.Millisecond)
				if p := n.wantWinner(2); p.RemainingMS != 0 {
					t.Fatalf("%+v", p)
				}
				if err := n.choose("cy", 2); codeOf(err) != protocol.CodeConflict {
					t.Fatal("a vote after a minute:", err)
				}
				if got := n.sender.events(hook); len(got) != 1 {
					t.Fatalf("heard %v", got)
				}
			})
		})
	}
}

// After a restart what counts is the clock, for as long as the poll lasts at most.
func TestPollAfterRestartWithClockBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		n.ask()
		rest(20 * time.Second)
		n.skew.Store(int64(-48 * time.Hour))
		n.restart()
		rest(59 * time.Second)
		n.wantOpen(0)
		rest(time.Second)
		if p := n.poll(); p.Status != protocol.StatusEnded {
			t.Fatalf("%+v", p)
		}
	})
}

func TestRestartDuringPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		hook := n.hook(protocol.EventPollEnded)
		n.ask(autoAdd)
		if err := n.choose("ann", 2); err != nil {
			t.Fatal(err)
		}
		rest(20 * time.Second)
		n.restart()
		rest(39 * time.Second)
		if got := n.sender.events(hook); len(got) != 0 {
			t.Fatalf("ended early: %v", got)
		}
		if err := n.choose("ann", 3); err != nil { // who has voted is remembered
			t.Fatal(err)
		}
		n.wantOpen(1)
		rest(time.Second)
		if got := n.sender.events(hook); len(got) != 1 {
			t.Fatalf("heard %v", got)
		}
		if p := n.wantWinner(3); !p.Added {
			t.Fatalf("%+v", p)
		}
	})
}

// A poll whose time passed while the server was down ends with the start, though nobody
// asks for the session.
func TestPollThatExpiredWhileServerWasDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		hook := n.hook(protocol.EventPollEnded)
		n.ask(autoAdd)
		if err := n.choose("ann", 2); err != nil {
			t.Fatal(err)
		}
		n.stop()
		rest(time.Hour)
		n.start()
		rest(time.Millisecond)
		if got := n.sender.events(hook); len(got) != 1 {
			t.Fatalf("heard %v", got)
		}
		if p := n.wantWinner(2); !p.Added {
			t.Fatalf("%+v", p)
		}
	})
}

// A session with an open poll stays awake though nobody uses it.
func TestLongPollOfIdleSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		hook := n.hook(protocol.EventPollEnded)
		hour := protocol.MaxPollSeconds
		n.ask(func(c *protocol.StartPoll) { c.Seconds = &hour })
		rest(time.Hour)
		if got := n.sender.events(hook); len(got) != 1 {
			t.Fatalf("heard %v", got)
		}
	})
}

func TestDiskFailureAtPollEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		hook := n.hook(protocol.EventPollEnded)
		n.ask(autoAdd)
		if err := n.choose("ann", 2); err != nil {
			t.Fatal(err)
		}
		rest(59 * time.Second)
		n.journal.Refuse(errors.New("full"))
		rest(10 * time.Minute)
		if p := n.poll(); p.Status != protocol.StatusOpen {
			t.Fatalf("ended though nothing is on disk: %+v", p)
		}
		n.journal.Refuse(nil)
		if err := n.choose("bob", 1); codeOf(err) != protocol.CodeConflict {
			t.Fatal("a late vote slips in:", err)
		}
		rest(2 * time.Second)
		if p := n.wantWinner(2); !p.Added || p.TotalVotes != 1 {
			t.Fatalf("%+v", p)
		}
		if got := n.sender.events(hook); len(got) != 1 {
			t.Fatalf("heard %v", got)
		}
	})
}

// Nor does it when the clock was set back, by which the poll has not ended.
func TestDiskFailureAtPollEndWithClockBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		n.ask()
		if err := n.choose("ann", 2); err != nil {
			t.Fatal(err)
		}
		n.skew.Store(int64(-time.Hour))
		n.journal.Refuse(errors.New("full"))
		rest(time.Minute + 1500*time.Millisecond)
		n.journal.Refuse(nil)
		if err := n.choose("bob", 1); codeOf(err) != protocol.CodeConflict {
			t.Fatal("a late vote slips in:", err)
		}
		if p := n.wantWinner(2); p.TotalVotes != 1 {
			t.Fatalf("%+v", p)
		}
	})
}

// A commit that fails once is tried again within a second.
func TestSingleDiskFailureAtPollEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		n.ask()
		if err := n.choose("ann", 2); err != nil {
			t.Fatal(err)
		}
		rest(59 * time.Second)
		n.journal.FailNext(1, errors.New("sick"))
		rest(3 * time.Second)
		n.wantWinner(2)
	})
}

func TestPollEndedByHandStopsTimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		for _, c := range []protocol.Command{protocol.EndPoll{ID: n.session}, protocol.CancelPoll{ID: n.session}} {
			n.ask()
			rest(50 * time.Second)
			do[*protocol.Poll](t, n.hub, c)
			n.ask()
			rest(30 * time.Second) // the first would be over
			n.wantOpen(0)
			do[*protocol.Poll](t, n.hub, protocol.CancelPoll{ID: n.session})
		}
		if err := n.try(protocol.EndPoll{ID: n.session}); codeOf(err) != protocol.CodeConflict {
			t.Fatal(err)
		}
	})
}

func TestClosingASessionCancelsItsPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		hook := n.hook(protocol.EventPollEnded, protocol.EventSessionEnded)
		n.ask(autoAdd)
		do[protocol.Session](t, n.hub, protocol.CloseSession{ID: n.session})
		rest(time.Hour)
		if got := n.sender.events(hook); !slices.Equal(got, []string{"poll.ended", "session.ended"}) {
			t.Fatalf("heard %v", got)
		}
		if p := n.poll(); p.Status != protocol.StatusCanceled || p.Added || p.Winner != nil {
			t.Fatalf("%+v", p)
		}
	})
}

// The draw is made with the end, from the hub's chance.
func TestTieBreakIsDrawnAtPollEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		for draw, game := range map[float64]protocol.GameID{0: 1, 0.4: 2, 0.9: 3} {
			n.draw = draw
			n.restart()
			n.ask()
			p := do[*protocol.Poll](t, n.hub, protocol.EndPoll{ID: n.session, TieBreak: 0.5})
			if !p.Tie || p.Winner.GameID != game {
				t.Errorf("draw %v: %+v", draw, p.Winner)
			}
			n.ask()
			rest(time.Minute)
			n.wantWinner(game)
		}
	})
}

func TestCandidatesArePicked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		n.play(2)
		count := protocol.MaxCandidates
		p := n.ask(func(c *protocol.StartPoll) { c.GameIDs, c.Count, c.PlayerCount = nil, &count, 8 })
		seen := map[string]bool{}
		for _, c := range p.Candidates {
			if c.GameID == 1 || c.GameID == 2 || c.MaxPlayers < 8 || seen[c.Title] {
				t.Errorf("%+v", c)
			}
			seen[c.Title] = true
		}
		if len(seen) != count {
			t.Errorf("%d games", len(seen))
		}
	})
}

func TestPollsThatCannotStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		two := 2
		for code, c := range map[protocol.Code]protocol.StartPoll{
			protocol.CodeNotFound: {ID: n.session, GameIDs: []protocol.GameID{1, 9999}},
			protocol.CodeInvalid:  {ID: n.session, GameIDs: []protocol.GameID{1, 1}},
		} {
			if err := n.try(c); codeOf(err) != code {
				t.Errorf("%+v: %v", c, err)
			}
		}
		if err := n.try(protocol.StartPoll{ID: 99, Count: &two}); codeOf(err) != protocol.CodeNotFound {
			t.Error("a session that there is not:", err)
		}
		if err := n.try(protocol.StartPoll{ID: n.session, Count: &two, PlayerCount: 99_999}); codeOf(err) != protocol.CodeNotFound {
			t.Error("no games:", err)
		}
		n.ask()
		if err := n.try(protocol.StartPoll{ID: n.session, Count: &two}); codeOf(err) != protocol.CodeConflict {
			t.Error("two at once:", err)
		}
	})
}

// A poll that was begun under a key is answered again after the candidates have gone.
func TestPollIsStartedOncePerKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		call := actors.Call{Command: protocol.StartPoll{ID: n.session, GameIDs: []protocol.GameID{1, 2}}, Key: &actors.Key{Scope: "poll", Name: "k"}}
		if _, err := n.hub.Do(t.Context(), call); err != nil {
			t.Fatal(err)
		}
		do[protocol.Message](t, n.hub, protocol.DeleteGame{ID: 2})
		if _, err := n.hub.Do(t.Context(), call); err != nil {
			t.Fatal(err)
		}
		rest(time.Minute)
		if p := n.poll(); p.ID != protocol.NewPollID(n.session, 1) {
			t.Fatalf("%+v", p)
		}
		synctest.Wait()
	})
}
