package demo

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"partyline/protocol"
	"partyline/protocol/client"
)

// The game night at speed 1: about forty seconds.
const (
	games = 4
	// gameLength is how long a game is played, votingLength how long people vote: the rest is
	// for the result.
	gameLength   = 9 * time.Second
	votingLength = 7 * time.Second
	// totalsInterval is how often totals are printed.
	totalsInterval = 1200 * time.Millisecond
	// catchUpTimeout is how long the screen may take to show the last vote; it takes
	// milliseconds.
	catchUpTimeout = 5 * time.Second
)

// Options of a demo.
type Options struct {
	// Hub is an admin of the hub.
	Hub *client.Client
	// Out is the terminal.
	Out io.Writer
	// Speed is 1 for the pace of people; 2 takes half as long.
	Speed float64
	// Players is how many vote, from 1.
	Players int
}

// gameNight is one game night under way. One goroutine owns it.
type gameNight struct {
	Options
	session protocol.SessionID
	screen  *screen
	counted int // votes that the hub acknowledged
}

// Play opens a session, plays it and closes it. It returns when the result is printed, when
// ctx is done, or with the first error.
func Play(ctx context.Context, o Options) error {
	n := &gameNight{Options: o}
	if err := n.open(ctx); err != nil {
		return err
	}
	defer n.screen.close()
	for range games {
		if err := n.play(ctx); err != nil {
			return err
		}
	}
	return n.finish(ctx)
}

// open starts the session and connects the screen.
func (n *gameNight) open(ctx context.Context) error {
	var s protocol.Session
	notes := "Demo night"
	if err := n.Hub.Call(ctx, http.MethodPost, "/api/sessions", protocol.CreateSession{Notes: &notes}, &s); err != nil {
		return fmt.Errorf("open session: %w", err)
	}
	n.session = s.ID
	fmt.Fprintf(n.Out, "Session %d is open: %d players, %d games.\n", s.ID, n.Players, games)
	n.screen = connect(ctx, n.Hub, s.ID, n.Out, n.scaled(totalsInterval))
	return nil
}

// play picks and adds a game, and votes on it.
func (n *gameNight) play(ctx context.Context) error {
	var picked protocol.Picked
	request := map[string]any{"playerCount": min(n.Players, 8), "sessionId": n.session, "excludePlayed": true}
	if err := n.Hub.Call(ctx, http.MethodPost, "/api/pick", request, &picked); err != nil {
		return fmt.Errorf("pick: %w", err)
	}
	game := map[string]any{"game_id": picked.Game.ID, "room_code": roomCode()}
	if err := n.Hub.Call(ctx, http.MethodPost, n.path("/games"), game, new(protocol.SessionGame)); err != nil {
		return fmt.Errorf("add game: %w", err)
	}
	start := time.Now()
	for _, v := range planVotes(n.Players, start, n.scaled(votingLength)) {
		if err := n.watch(ctx, v.at); err != nil {
			return err
		}
		if err := n.cast(ctx, v); err != nil {
			return err
		}
	}
	if err := n.watch(ctx, start.Add(n.scaled(votingLength))); err != nil {
		return err
	}
	n.screen.flush()
	return n.watch(ctx, start.Add(n.scaled(gameLength)))
}

// cast sends one vote. The hub refuses a second vote of a name within a second, which happens
// when the demo runs at high speed.
func (n *gameNight) cast(ctx context.Context, v plannedVote) error {
	now := protocol.TimestampOf(time.Now())
	vote := protocol.CastVote{SessionID: n.session, Username: v.name, Vote: v.vote, Timestamp: now.VoteTimestamp()}
	err := n.Hub.Call(ctx, http.MethodPost, "/api/votes/live", vote, new(protocol.VoteAccepted))
	switch {
	case client.Refused(err, protocol.CodeDuplicateVote):
		return nil
	case err != nil:
		return fmt.Errorf("vote: %w", err)
	}
	n.counted++
	return nil
}

// watch lets the screen show its messages until then.
func (n *gameNight) watch(ctx context.Context, until time.Time) error {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
			return nil
		case m, ok := <-n.screen.messages:
			if !ok {
				return fmt.Errorf("screen: %w", n.screen.err)
			}
			if err := n.screen.show(m); err != nil {
				return err
			}
		}
	}
}

// finish closes the session, compares the screen with what was acknowledged, and prints the
// result.
func (n *gameNight) finish(ctx context.Context) error {
	if err := n.Hub.Call(ctx, http.MethodPost, n.path("/close"), nil, new(protocol.Session)); err != nil {
		return fmt.Errorf("close session: %w", err)
	}
	for deadline := time.Now().Add(catchUpTimeout); !n.screen.ended && time.Now().Before(deadline); {
		if err := n.watch(ctx, time.Now().Add(10*time.Millisecond)); err != nil {
			return err
		}
	}
	if !n.screen.ended || n.screen.votes != n.counted {
		return fmt.Errorf("%d votes were acknowledged, the screen shows %d", n.counted, n.screen.votes)
	}
	var result protocol.SessionVotes
	if err := n.Hub.Call(ctx, http.MethodGet, n.path("/votes"), nil, &result); err != nil {
		return fmt.Errorf("result: %w", err)
	}
	printResult(n.Out, result, n.counted)
	return nil
}

func (n *gameNight) path(tail string) string { return "/api/sessions/" + n.session.String() + tail }

// scaled is a duration at the demo's speed.
func (n *gameNight) scaled(d time.Duration) time.Duration {
	return time.Duration(float64(d) / n.Speed)
}
