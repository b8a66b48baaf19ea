package retention

import (
	"context"
	"errors"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/ledger"
	"partyline/actors/projection"
	"partyline/actors/rules/standings"
	"partyline/actors/runtime"
	"partyline/persistence"
	"partyline/protocol"
)

// folder is the actor that folds the votes of old sessions. In rounds, one at the start and one
// a day, it lists the sessions and takes one after the other:
//
//  1. The session is exported, when a folder for exports is set: see exportSession.
//  2. The session decides VotesFolded, which holds all that stays. From its commit on nobody
//     reads the records before it.
//  3. A snapshot without names takes the place of the session's last one.
//  4. The records before the fact are trimmed.
//
// Killed at any moment it begins again with what is not done. Steps 3 and 4 are repeated until
// they have succeeded: the first round after a start also looks at the sessions that are folded
// already.
type folder struct {
	Options
	ctx   context.Context // ends with the service
	clock journalClock
	// next is when the next session may be taken, nextRound when the next list is made.
	next, nextRound time.Time
	queue           []standings.Closed // the rest of the round
	// unfinished are sessions whose step 3 or 4 has failed.
	unfinished map[protocol.SessionID]struct{}
	begun      bool // the first list was made
}

const (
	// roundInterval is the time between two rounds: a session's votes are kept for a day longer
	// at most.
	roundInterval = 24 * time.Hour
	// checksPerTick bounds how many sessions that are finished already are looked at at once.
	// Each takes two reads.
	checksPerTick = 100
)

func newFolder(ctx context.Context, o Options, c journalClock) *folder {
	now := time.Now()
	return &folder{Options: o, ctx: ctx, clock: c, next: now.Add(o.Pace), nextRound: now, unfinished: map[protocol.SessionID]struct{}{}}
}

// Receive implements actor.Actor.
func (f *folder) Receive(c actor.Context) {
	if _, tick := c.Message().(runtime.Tick); !tick || f.ctx.Err() != nil || time.Now().Before(f.next) {
		return
	}
	if len(f.queue) == 0 && !time.Now().Before(f.nextRound) {
		f.beginRound()
	}
	for range checksPerTick {
		if len(f.queue) == 0 {
			return
		}
		s := f.queue[0]
		f.queue = f.queue[1:]
		if f.take(s) && f.Pace > 0 {
			f.next = time.Now().Add(f.Pace)
			return
		}
	}
}

// beginRound lists the sessions to be looked at.
func (f *folder) beginRound() {
	now := min(f.Env.Clock.Read().Earlier(), f.clock.now(f.ctx))
	list, err := projection.Ask(f.ctx, f.Projection, func(s *standings.State) ([]standings.Closed, *protocol.Error) {
		return s.Closed(), nil
	})
	if err != nil {
		f.logError(0, err)
		f.next = time.Now().Add(time.Minute)
		return
	}
	f.nextRound = time.Now().Add(roundInterval)
	for _, s := range list {
		_, again := f.unfinished[s.ID]
		old := f.KeepVotes > 0 && s.At < now-protocol.Timestamp(f.KeepVotes.Milliseconds())
		if s.Folded && (again || !f.begun) || !s.Folded && old {
			f.queue = append(f.queue, s)
		}
	}
	f.begun = true
	if err := f.compactTokens(); err != nil && f.ctx.Err() == nil {
		f.Env.Log.Error().Err(err).Msg("records of ended tokens not trimmed, trying again at the next round")
	}
}

// take folds a session, or finishes it; worked is false when there was nothing to do.
func (f *folder) take(s standings.Closed) (worked bool) {
	begun := time.Now()
	worked, err := f.fold(s)
	delete(f.unfinished, s.ID)
	if err != nil {
		f.unfinished[s.ID] = struct{}{}
		f.logError(s.ID, err)
		return true
	}
	if worked {
		f.Env.Log.Debug().Int64("session", int64(s.ID)).Dur("took", time.Since(begun)).Msg("records of folded votes trimmed")
	}
	return worked
}

// logError logs an error, unless the hub ends.
func (f *folder) logError(id protocol.SessionID, err error) {
	if f.ctx.Err() == nil && !errors.Is(err, persistence.ErrClosed) {
		f.Env.Log.Error().Err(err).Int64("session", int64(id)).Msg("votes of an old session not folded, trying again at the next round")
	}
}

// decide has the session decide FoldVotes and waits for the commit.
func (f *folder) decide(cmd protocol.SessionCommand) error {
	return f.send(cmd, func(c *ledger.Command) *protocol.Error { return f.Sessions.Send(cmd.Target(), c) })
}

// send gives a command to the actor that decides it and waits for the commit.
func (f *folder) send(cmd protocol.Command, to func(*ledger.Command) *protocol.Error) error {
	done := make(chan *protocol.Error, 1)
	c := &ledger.Command{Cmd: cmd, Responder: ledger.Responder{Done: func(_ any, err *protocol.Error) { done <- err }}}
	if err := to(c); err != nil {
		return err
	}
	select {
	case err := <-done:
		if err != nil {
			return err
		}
		return nil
	case <-f.ctx.Done():
		return f.ctx.Err()
	}
}
