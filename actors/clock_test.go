package actors_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"partyline/actors"
	"partyline/protocol"
)

// TestCommitOrderDoesNotDependOnTheClock has the clock jump back and ahead under an
// session, and over restarts. The order of events is that of seq; each tells the time of
// the clock as it was, so they are right again as soon as the clock is.
func TestCommitOrderDoesNotDependOnTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		for _, skew := range []time.Duration{0, -time.Hour, 24 * time.Hour, -48 * time.Hour, 0} {
			n.skew.Store(int64(skew))
			for i := range 2 {
				stamp := protocol.TimestampOf(time.Now().Add(skew)) // of a bot on the same machine
				do[*protocol.VoteAccepted](t, n.hub, &protocol.CastVote{SessionID: n.session, Username: fmt.Sprint(skew, i), Vote: protocol.VoteUp, Timestamp: stamp.VoteTimestamp()})
				n.play(2)
				rest(time.Second)
				n.restart()
			}
		}
		now := protocol.TimestampOf(time.Now())
		last := do[protocol.SessionGame](t, n.hub, protocol.AddGame{ID: n.session, GameID: 1})
		if last.PlayedAt != now {
			t.Errorf("played at %v, and it is %v", last.PlayedAt, now)
		}
		var committed time.Time
		events, seq := 0, protocol.Seq(0)
		for r, err := range n.journal.ReadAll(t.Context(), 0) {
			if err != nil {
				t.Fatal(err)
			}
			if r.Time.Before(committed) {
				t.Errorf("%s %d was committed at %v, after %v", r.Stream, r.Seq, r.Time, committed)
			}
			committed = r.Time
			if r.Stream != fmt.Sprint("session/", n.session) {
				continue
			}
			if seq++; protocol.Seq(r.Seq) != seq {
				t.Errorf("%d comes after %d", r.Seq, seq)
			}
			events++
		}
		if events < 20 {
			t.Errorf("only %d events were looked at", events)
		}
	})
}

// wantGame casts a vote with the true time, and wants it to count for the n-th playing.
func (n *webhookHub) wantGame(playing int) {
	n.t.Helper()
	n.voters++
	now := protocol.TimestampOf(time.Now())
	a, err := n.hub.Do(n.t.Context(), actors.Call{Command: &protocol.CastVote{SessionID: n.session, Username: fmt.Sprint("v", n.voters), Vote: protocol.VoteUp, Timestamp: now.VoteTimestamp()}})
	if err != nil {
		n.t.Fatalf("during playing %d: %v", playing, err)
	}
	if got := a.(*protocol.VoteAccepted); got.Game.ID != protocol.GameID(playing) || got.Vote.Timestamp != now {
		n.t.Fatalf("counted for game %d, want %d", got.Game.ID, playing)
	}
}

// TestVotesMatchGameAfterClockWasAhead: games are added while the clock is an hour
// ahead, and after it was put right. Votes are stamped right all the time and count for
// the game that is on, at once; also when the session is read anew, and when the hub is
// started anew after the clock was put right.
func TestVotesMatchGameAfterClockWasAhead(t *testing.T) {
	for _, name := range []string{"awake", "asleep", "restarted"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newWebhookHub(t)
				again := map[string]func(){"awake": func() {}, "asleep": func() { rest(10 * time.Minute) }, "restarted": n.restart}[name]
				rest(time.Minute)
				n.wantGame(1)
				n.skew.Store(int64(time.Hour))
				n.play(2)
				rest(time.Minute)
				n.wantGame(2)
				n.skew.Store(0)
				again()
				n.wantGame(2)
				rest(time.Minute)
				n.play(3)
				rest(time.Second)
				n.wantGame(3)
				again()
				n.wantGame(3)
			})
		})
	}
}

// TestSessionOpenedWhileClockWasAheadTakesVotes at any time: while it is ahead, when it
// is right again, and after a restart.
func TestSessionOpenedWhileClockWasAheadTakesVotes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		n.skew.Store(int64(31 * 24 * time.Hour))
		n.session = do[protocol.Session](t, n.hub, protocol.CreateSession{}).ID
		n.play(1)
		rest(time.Second)
		n.wantGame(1)
		n.skew.Store(0)
		n.wantGame(1)
		n.restart()
		n.wantGame(1)
	})
}

// TestVotesMatchGameAfterClockWasBack: right stamps are no future, though the clock has still
// to reach them.
func TestVotesMatchGameAfterClockWasBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		rest(time.Minute)
		n.skew.Store(int64(-24 * time.Hour))
		rest(5 * time.Minute)
		n.wantGame(1)
		n.play(2)
		rest(time.Second)
		n.wantGame(2)
		n.skew.Store(0)
		n.wantGame(2)
		n.play(3)
		rest(time.Second)
		n.wantGame(3)
	})
}

// TestClockChangeIsLoggedOnce.
func TestClockChangeIsLoggedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		n := newWebhookHub(t)
		n.stop()
		h, err := actors.New(t.Context(), actors.Options{Journal: n.journal, Log: zerolog.New(&syncWriter{w: &log}),
			Now: func() time.Time { return time.Now().Add(time.Duration(n.skew.Load())) }})
		if err != nil {
			t.Fatal(err)
		}
		n.hub = h
		n.vote()
		n.skew.Store(int64(time.Hour))
		n.vote()
		n.vote()
		rest(time.Minute)
		if got := strings.Count(log.String(), "clock was set"); got != 1 || !strings.Contains(log.String(), `"by_ms":3600000`) {
			t.Errorf("%d rows in\n%s", got, log.String())
		}
	})
}
