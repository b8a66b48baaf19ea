package delivery

import (
	"time"

	"partyline/actors/rules/webhook"
	"partyline/protocol"
)

// phase is what a webhook does or waits for. Each phase is left by one message; run decides
// which one follows.
//
//	starting     loaded, but the command that creates the webhook has not come
//	idle         nothing to do; a command or the subscription wakes the actor
//	busy         an attempt is under way, or something decided is not on disk yet
//	waiting      a retry is not due yet, or the rate limit holds the next attempt back
//	catching up  the journal has more to read; other messages are handled before
//	paused       the journal failed; the next tick goes on
//	draining     the hub closes: the attempt under way may end, nothing new begins
//	stopped      nothing is left to do
type phase uint8

const (
	starting phase = iota
	idle
	busy
	waiting
	catchingUp
	paused
	draining
	stopped
)

// leave makes a phase idle when it is the present one.
func (a *webhookActor) leave(p phase) {
	if a.phase == p {
		a.phase = idle
	}
}

// run decides what the webhook does next. It is called after every message; only a webhook
// that is idle or waits begins something, and only when everything decided is on disk.
func (a *webhookActor) run() {
	if a.MustReload() || !a.Idle() || a.attempt.number != 0 {
		return
	}
	switch a.phase {
	case starting, idle, waiting:
		a.phase = a.next()
	case busy:
		a.phase = paused // a panic has lost what the actor was busy with
	}
}

// next begins the most urgent thing that is due, and returns the phase that follows.
func (a *webhookActor) next() phase {
	switch {
	case !a.State.Exists():
		return a.discard()
	case a.unsaved != nil:
		return a.save(a.unsaved)
	case a.State.FromBackup():
		return a.save(&webhook.Disable{Reason: reasonRestored})
	case a.service.inFlight.sender == nil:
		return idle
	}
	a.syncFilter()
	if seq, ok := a.State.Test(); ok {
		return a.test(seq)
	}
	if !a.State.Enabled() {
		a.timer.stop()
		return idle
	}
	if d := a.State.Head(); d != nil {
		return a.retry(d)
	}
	if wait := a.rateWait(); wait > 0 {
		return a.waitFor(rateWait, wait)
	}
	return a.pick()
}

// discard removes a webhook whose creation was refused or failed.
func (a *webhookActor) discard() phase {
	if a.phase != starting {
		a.remove()
	}
	return a.phase
}

// syncFilter gives the inbox the webhook's filter.
func (a *webhookActor) syncFilter() {
	f := a.State.Filter()
	if !a.State.Enabled() {
		f = nil
	}
	if a.inbox.SetFilter(f, a.State.Cursor()) {
		a.replayed.Reset(0)
	}
	if f == nil {
		a.stats.waiting.Store(0)
	}
}

// test delivers a test outside the order, once.
func (a *webhookActor) test(seq protocol.Seq) phase {
	e, err := a.fetchTest(seq)
	if err != nil {
		return a.unavailable(err, webhook.SourceTest, protocol.DeliveryID(seq))
	}
	return a.start(e, webhook.SourceTest, 1, false)
}

// longWait is how long a retry must wait so that what was read ahead is forgotten: the memory
// is for webhooks that deliver, and reading again then costs little.
const longWait = 10 * time.Second

// retry tries the head again when it is due.
func (a *webhookActor) retry(d *webhook.Head) phase {
	if a.head == nil || a.head.ID != d.Delivery {
		e, err := a.fetch(d.Delivery)
		if err != nil {
			return a.unavailable(err, d.Source, d.Delivery)
		}
		a.head = e
		a.stats.waiting.Store(e.Time.UnixMilli())
	}
	if wait := a.until(d.Due); wait > 0 && !a.timer.over(d.Due) {
		if wait >= longWait {
			a.inbox.Forget()
			a.replayed.Reset(0)
		}
		return a.waitFor(d.Due, wait)
	}
	if wait := a.rateWait(); wait > 0 {
		return a.waitFor(rateWait, wait)
	}
	return a.start(a.head, d.Source, d.Attempts+1, d.Probe)
}

// until is the time until a moment, at most the longest wait there is: a clock that was set
// back makes no wait longer.
func (a *webhookActor) until(t protocol.Timestamp) time.Duration {
	return min(t.Time().Sub(a.Now()), webhook.MaxWait)
}

// rateWait is how long the webhook's rate limit, as it is now, holds the next attempt back.
func (a *webhookActor) rateWait() time.Duration {
	rate := a.State.RateLimit()
	if rate == 0 {
		return 0
	}
	return a.rate.wait(time.Minute / time.Duration(rate))
}

// waitFor starts the timer.
func (a *webhookActor) waitFor(due protocol.Timestamp, wait time.Duration) phase {
	a.timer.set(due, wait, func(m timerFired) { a.System.Send(a.self, m) })
	return waiting
}

// pick starts the next delivery. Live events and redeliveries take turns, so that neither
// waits for the end of the other.
func (a *webhookActor) pick() phase {
	wait := a.replayRate.wait(replayInterval)
	asked := a.redeliveryAsked()
	if asked && wait <= 0 && a.lastSource == webhook.SourceLive {
		if p, ok := a.redeliver(); ok {
			return p
		}
	}
	if p, ok := a.deliverLive(); ok {
		return p
	}
	switch {
	case asked && wait <= 0:
		p, _ := a.redeliver()
		return p
	case asked:
		return a.waitFor(rateWait, wait)
	}
	return idle
}

// deliverLive starts the next live event, or reads on to find it; ok is false when none
// waits.
func (a *webhookActor) deliverLive() (p phase, ok bool) {
	b := a.inbox
	b.Skip(a.State.Cursor())
	more := false
	for b.Empty() && !more {
		var err error
		if more, err = b.Fill(); err != nil {
			return a.pause(err), true
		}
		if b.Empty() && !more && b.Park() {
			a.stats.waiting.Store(0)
			return idle, false
		}
	}
	a.lastSource = webhook.SourceLive // a search is a turn, too
	switch {
	case !b.Empty():
		return a.startLive(), true
	case b.Scanned()-a.State.Cursor() >= skipEvery:
		return a.save(&webhook.Skip{Source: webhook.SourceLive, Through: b.Scanned()}), true
	}
	return a.readOn(), true
}

// startLive starts the next event of the inbox, or sets it aside with those behind it that
// have waited for too long.
func (a *webhookActor) startLive() phase {
	if c := a.expire(); c != nil {
		return a.save(c)
	}
	e := a.inbox.Pop()
	a.inbox.MarkDone(e.ID - 1)
	return a.start(e, webhook.SourceLive, 1, false)
}

// readOn has the actor go on reading after other messages were handled.
func (a *webhookActor) readOn() phase {
	a.System.Send(a.self, readOn{})
	return catchingUp
}

// pause has the next tick go on.
func (a *webhookActor) pause(err error) phase {
	a.Log.Error().Err(err).Int64("webhook", int64(a.id)).Msg("webhook pauses until the journal can be used")
	return paused
}

// stopIfDrained ends a drain when no attempt is under way and nothing waits for the disk. A
// disk that fails is not waited for.
func (a *webhookActor) stopIfDrained() {
	if a.phase == draining && a.attempt.number == 0 && (a.MustReload() || a.Idle()) {
		a.stop()
	}
}

// drain begins the end; stopIfDrained stops the webhook when no attempt is under way.
func (a *webhookActor) drain() {
	if a.phase == stopped {
		a.service.drained <- struct{}{}
		return
	}
	a.phase = draining
}

// stop ends the last phase, and tells the service that a drain is over.
func (a *webhookActor) stop() {
	a.timer.stop()
	if a.phase == draining {
		a.service.drained <- struct{}{}
	}
	a.phase = stopped
}
