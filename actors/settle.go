package actors

import (
	"context"
	"time"

	"partyline/persistence"
	"partyline/protocol"
)

const (
	// recoverTimeout bounds one reading of a stream, so that a sick disk cannot hold
	// an actor for ever. A session of ten million votes reads in less.
	recoverTimeout = 60 * time.Second
	// brokenPause is the least time between two readings that fail, doubled with each
	// up to brokenMost: a damaged stream must not be read through for every request,
	// and a sick disk not by every session every second.
	brokenPause = time.Second
	brokenMost  = time.Minute
)

// broken is the last reading that failed.
type broken struct {
	err   error
	at    time.Time
	pause time.Duration
}

// hear is called by the journal's committer. It notes the outcome and wakes the
// actor, once for however many outcomes come before the actor looks.
func (l *ledger[F, H]) hear(o persistence.Outcome) {
	out := &l.outcome
	out.mu.Lock()
	out.resolved++
	if o.Err != nil && out.failed == 0 {
		out.failed, out.err = out.resolved, o.Err
	}
	ring := !out.rung
	out.rung = true
	out.mu.Unlock()
	if ring {
		l.wake()
	}
}

// settle releases what has become durable: first the answers, so that a voter does
// not wait for the audience, then the events.
func (l *ledger[F, H]) settle() {
	durable, failure := l.outcomes()
	unpublished := 0
	for l.promises.len() > 0 && l.promises.first().ticket <= durable {
		p := l.promises.pop()
		if p.barrier {
			l.release(unpublished)
			unpublished = 0
		}
		for range p.facts {
			l.durable(l.facts.pop())
		}
		unpublished += p.facts
		p.asker.reply(p.answer, p.err)
	}
	l.release(unpublished)
	l.keepSnapshot(durable)
	if failure != nil {
		l.fail(failure)
	}
	if l.suspect {
		l.reread()
	}
}

// outcomes says up to which append everything is durable, and what failed after that.
func (l *ledger[F, H]) outcomes() (durable uint64, failure error) {
	out := &l.outcome
	out.mu.Lock()
	defer out.mu.Unlock()
	out.rung = false
	if out.failed > 0 {
		return out.failed - 1, out.err
	}
	return out.resolved, nil
}

// release publishes the next n events. Those of a promise that still waits, and of a
// command that is being decided, stand behind them in the queue.
func (l *ledger[F, H]) release(n int) {
	if n > 0 {
		last := l.seq - protocol.Seq(l.events.len()-n)
		l.publish(l.events.take(n), last)
	}
}

// fail answers everybody after the append that failed: nobody hears of those facts,
// though some may be on disk after all, which is what "outcome unknown" means. Who only
// asked is answered from what is on disk, before anything else is tried.
func (l *ledger[F, H]) fail(err error) {
	if !l.suspect {
		l.log.Error().Err(err).Str("stream", l.stream).Int("unanswered", l.promises.len()).Msg("commit failed")
	}
	l.suspect = true
	var readers []asker
	for l.promises.len() > 0 {
		p := l.promises.pop()
		if q, reads := p.asker.(*query[H]); reads {
			readers = append(readers, q)
			continue
		}
		p.asker.reply(nil, errStorage())
	}
	l.held = append(readers, l.held...)
	l.facts, l.events = queue[F]{}, queue[[]byte]{}
	l.snap.pending = nil
}

// reread begins again from the journal once every append has its outcome, so that
// nothing of the past incarnation can still arrive. Then the held messages follow.
func (l *ledger[F, H]) reread() {
	if !l.settled() {
		return
	}
	if err := l.begin(); err != nil {
		refusal := refusalOf(err)
		for _, a := range l.held {
			a.reply(nil, refusal)
		}
		l.held = nil
		return
	}
	held := l.held
	l.held = nil
	for i, a := range held {
		if l.suspect {
			l.held = append(l.held, held[i:]...)
			return
		}
		l.handle(a)
	}
}

// settled says that no append is on its way.
func (l *ledger[F, H]) settled() bool {
	l.outcome.mu.Lock()
	defer l.outcome.mu.Unlock()
	return l.outcome.resolved == l.submitted
}

// begin reads the state and starts a new count of appends.
func (l *ledger[F, H]) begin() error {
	if l.broken.err != nil && l.now().Sub(l.broken.at) < l.broken.pause {
		return l.broken.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), recoverTimeout)
	defer cancel()
	if err := l.recover(ctx); err != nil {
		l.log.Error().Err(err).Str("stream", l.stream).Msg("cannot be read from the journal")
		pause := min(max(2*l.broken.pause, brokenPause), brokenMost)
		l.suspect, l.broken = true, broken{err, l.now(), pause}
		return err
	}
	l.suspect, l.broken, l.submitted = false, broken{}, 0
	l.outcome.mu.Lock()
	l.outcome.resolved, l.outcome.failed, l.outcome.err = 0, 0, nil
	l.outcome.mu.Unlock()
	return nil
}

// handle takes what somebody asks.
func (l *ledger[F, H]) handle(a asker) {
	switch {
	case l.suspect:
		l.held = append(l.held, a)
		l.settle()
	default:
		if l.guard(a, func() { l.take(a) }) {
			l.planSnapshot()
		}
		l.settle()
	}
}

func (l *ledger[F, H]) take(a asker) {
	switch a := a.(type) {
	case *command:
		l.execute(a)
	case *query[H]:
		l.ask(a)
	default:
		a.reply(nil, protocol.Internal())
	}
}
