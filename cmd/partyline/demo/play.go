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

// The evening at speed 1: about forty seconds.
const (
	games = 4
	// gameLength is how long a game is played, votingLength how long people vote:
	// the rest is the look at the result.
	gameLength   = 9 * time.Second
	votingLength = 7 * time.Second
	// shownEvery is the pace of totals on the screen.
	shownEvery = 1200 * time.Millisecond
	// catchUp is how long the screen may take to show the last vote; it takes milliseconds.
	catchUp = 5 * time.Second
)

// Options of an evening.
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

// evening is one game night under way. One goroutine owns it.
type evening struct {
	Options
	session protocol.SessionID
	screen  *screen
	counted int // votes that the hub acknowledged
}

// Play opens a session, plays it and closes it. It returns when the result is
// printed, when ctx is done, or with the first thing that went wrong.
func Play(ctx context.Context, o Options) error {
	e := &evening{Options: o}
	if err := e.open(ctx); err != nil {
		return err
	}
	defer e.screen.close()
	for range games {
		if err := e.play(ctx); err != nil {
			return err
		}
	}
	return e.finish(ctx)
}

// open starts the session and puts up the screen.
func (e *evening) open(ctx context.Context) error {
	var s protocol.Session
	notes := "Demo night"
	if err := e.Hub.Call(ctx, http.MethodPost, "/api/sessions", protocol.CreateSession{Notes: &notes}, &s); err != nil {
		return fmt.Errorf("open session: %w", err)
	}
	e.session = s.ID
	fmt.Fprintf(e.Out, "Session %d is open: %d players, %d games.\n", s.ID, e.Players, games)
	e.screen = connect(ctx, e.Hub, s.ID, e.Out, e.scaled(shownEvery))
	return nil
}

// play has a game picked and added, and lets the crowd vote on it.
func (e *evening) play(ctx context.Context) error {
	var picked protocol.Picked
	wish := map[string]any{"playerCount": min(e.Players, 8), "sessionId": e.session, "excludePlayed": true}
	if err := e.Hub.Call(ctx, http.MethodPost, "/api/pick", wish, &picked); err != nil {
		return fmt.Errorf("pick: %w", err)
	}
	game := map[string]any{"game_id": picked.Game.ID, "room_code": roomCode()}
	if err := e.Hub.Call(ctx, http.MethodPost, e.path("/games"), game, new(protocol.SessionGame)); err != nil {
		return fmt.Errorf("add game: %w", err)
	}
	start := time.Now()
	for _, v := range ballots(e.Players, start, e.scaled(votingLength)) {
		if err := e.watch(ctx, v.at); err != nil {
			return err
		}
		if err := e.cast(ctx, v); err != nil {
			return err
		}
	}
	if err := e.watch(ctx, start.Add(e.scaled(votingLength))); err != nil {
		return err
	}
	e.screen.flush()
	return e.watch(ctx, start.Add(e.scaled(gameLength)))
}

// cast sends one vote. Twice within a second is what the hub forbids, and what
// happens when an evening is played at high speed.
func (e *evening) cast(ctx context.Context, v ballot) error {
	now := protocol.TimestampOf(time.Now())
	vote := protocol.CastVote{SessionID: e.session, Username: v.name, Vote: v.thumb, Timestamp: now.VoteTimestamp()}
	err := e.Hub.Call(ctx, http.MethodPost, "/api/votes/live", vote, new(protocol.VoteAccepted))
	switch {
	case client.Refused(err, protocol.CodeDuplicateVote):
		return nil
	case err != nil:
		return fmt.Errorf("vote: %w", err)
	}
	e.counted++
	return nil
}

// watch lets the screen show what it is told until then.
func (e *evening) watch(ctx context.Context, until time.Time) error {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
			return nil
		case m, ok := <-e.screen.messages:
			if !ok {
				return fmt.Errorf("screen: %w", e.screen.err)
			}
			if err := e.screen.show(m); err != nil {
				return err
			}
		}
	}
}

// finish closes the session, holds the screen against what was acknowledged, and
// prints the result.
func (e *evening) finish(ctx context.Context) error {
	if err := e.Hub.Call(ctx, http.MethodPost, e.path("/close"), nil, new(protocol.Session)); err != nil {
		return fmt.Errorf("close session: %w", err)
	}
	for deadline := time.Now().Add(catchUp); !e.screen.ended && time.Now().Before(deadline); {
		if err := e.watch(ctx, time.Now().Add(10*time.Millisecond)); err != nil {
			return err
		}
	}
	if !e.screen.ended || e.screen.votes != e.counted {
		return fmt.Errorf("%d votes were acknowledged, the screen shows %d", e.counted, e.screen.votes)
	}
	var result protocol.SessionVotes
	if err := e.Hub.Call(ctx, http.MethodGet, e.path("/votes"), nil, &result); err != nil {
		return fmt.Errorf("result: %w", err)
	}
	printResult(e.Out, result, e.counted)
	return nil
}

func (e *evening) path(tail string) string { return "/api/sessions/" + e.session.String() + tail }

// scaled is a time of the evening at its speed.
func (e *evening) scaled(d time.Duration) time.Duration {
	return time.Duration(float64(d) / e.Speed)
}
