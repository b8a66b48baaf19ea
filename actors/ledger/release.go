package ledger

import (
	"partyline/persistence"
	"partyline/protocol"
)

// onOutcome notes the outcome of an append and wakes the actor, once for all outcomes that
// come before the actor runs. The journal's committer calls it.
func (l *Ledger[F, S]) onOutcome(o persistence.Outcome) {
	out := &l.outcomes
	out.mu.Lock()
	out.resolved++
	if o.Err != nil && out.failed == 0 {
		out.failed, out.err = out.resolved, o.Err
	}
	wake := !out.woken
	out.woken = true
	out.mu.Unlock()
	if wake {
		l.wake()
	}
}

// ReleaseDurable sends the answers whose facts have become durable, and then publishes
// their events, so that a voter does not wait for the screens. After a failed append it
// answers the rest with an error and loads the state again.
func (l *Ledger[F, S]) ReleaseDurable() {
	durable, failure := l.durable()
	unpublished := 0
	for l.pending.Len() > 0 && l.pending.First().append <= durable {
		p := l.pending.Pop()
		if p.barrier {
			l.publishNext(unpublished)
			unpublished = 0
		}
		l.releasing = p.request
		for range p.facts {
			l.hooks.OnDurable(l.facts.Pop())
		}
		unpublished += p.facts
		p.request.Respond(p.answer, p.err)
		l.releasing = nil
	}
	l.publishNext(unpublished)
	l.saveSnapshot(durable)
	if failure != nil {
		l.failPending(failure)
	}
	if l.mustReload {
		l.reload()
	}
}

// durable returns the number of the append up to which everything is durable, and the error
// of the append after it, if that has failed.
func (l *Ledger[F, S]) durable() (append uint64, failure error) {
	out := &l.outcomes
	out.mu.Lock()
	defer out.mu.Unlock()
	out.woken = false
	if out.failed > 0 {
		return out.failed - 1, out.err
	}
	return out.resolved, nil
}

// publishNext publishes the next n events. Events of replies that still wait, and of a
// command that is being decided, stand behind them in the queue.
func (l *Ledger[F, S]) publishNext(n int) {
	if n > 0 {
		last := l.seq - protocol.Seq(l.events.Len()-n)
		events := l.events.Take(n)
		l.hooks.Publish(events, last)
		clear(events) // a large record must not stay in memory until the next one
	}
}

// failPending answers every command behind a failed append with an error. Their facts are
// never published, though some may be on disk, which is what "outcome unknown" means.
// Queries are deferred: they are answered from what is on disk, before anything else.
func (l *Ledger[F, S]) failPending(err error) {
	if !l.mustReload {
		l.Log.Error().Err(err).Str("stream", l.stream).Int("unanswered", l.pending.Len()).Msg("commit failed")
	}
	l.mustReload = true
	var queries []Request
	for l.pending.Len() > 0 {
		p := l.pending.Pop()
		if q, ok := p.request.(*Query[S]); ok {
			queries = append(queries, q)
			continue
		}
		p.request.Respond(nil, ErrStorage())
	}
	l.deferred = append(queries, l.deferred...)
	l.dropUnpublished()
}
