package actors

import (
	"errors"
	"time"

	"partyline/actors/webhook"
	"partyline/protocol"
)

// replayPace is the least time between two attempts of redeliveries and replays, so
// that a replay of a whole evening leaves room for what happens now.
const replayPace = 10 * time.Millisecond

// proceed starts what is due. It is called after every message, and does something
// only when nothing is under way and everything decided is on disk.
func (a *webhookActor) proceed() {
	if a.ending && a.MustReload() && a.flight.number == 0 {
		a.finish() // the end does not wait for a disk that is ill
	}
	if a.MustReload() || a.recording || !a.Idle() || a.flight.number != 0 {
		return
	}
	switch {
	case a.gone || a.finished:
	case a.unwanted && !a.State.Exists():
		a.vanish()
	case a.ending:
		a.finish()
	case a.unrecorded != nil || a.stalled || a.onward:
	case a.State.FromBackup():
		a.disableFromBackup()
	case a.State.Exists() && a.post.flights.courier != nil:
		a.conform()
		a.step()
	}
}

// finish says once that nothing is left to do.
func (a *webhookActor) finish() {
	if !a.finished {
		a.finished = true
		a.alarm.stop()
		a.post.rested <- struct{}{}
	}
}

// conform follows a change of what is wanted.
func (a *webhookActor) conform() {
	if !a.State.Enabled() {
		if a.covered {
			a.covered, a.asleep = false, false
			a.post.window.drop(a.id)
			a.System.Send(a.post.dispatcher, leave{id: a.id})
			a.vitals.waiting.Store(0)
		}
		return
	}
	if a.covered && a.filter.Equal(a.State.Filter()) {
		return
	}
	a.filter, a.covered, a.asleep = *a.State.Filter(), true, false
	a.post.window.cover(a.id, a.filter)
	a.line.restart(a.State.Cursor())
	a.again = line{}
}

// step is one thing: an attempt, a wait or sleep.
func (a *webhookActor) step() {
	if seq, ok := a.State.Test(); ok {
		a.test(seq)
		return
	}
	if !a.State.Enabled() {
		a.alarm.stop()
		return
	}
	if d := a.State.Head(); d != nil {
		a.retry(d)
		return
	}
	if a.held() {
		return
	}
	a.pick()
}

// test delivers a test aside from the line, once.
func (a *webhookActor) test(seq protocol.Seq) {
	p, err := a.fetchTest(seq)
	if a.missing(err, webhook.SourceTest, protocol.DeliveryID(seq)) {
		return
	}
	a.fly(p, webhook.SourceTest, 1, false)
}

// retry tries the head of the line again, when it is due.
func (a *webhookActor) retry(d *webhook.Head) {
	if a.head.id != d.Delivery {
		p, err := a.fetch(d.Delivery)
		if a.missing(err, d.Source, d.Delivery) {
			return
		}
		a.head = p
		a.vitals.waiting.Store(p.time.UnixMilli())
	}
	if wait := a.until(d.Due); wait > 0 && !a.alarm.over(d.Due) {
		a.alarm.set(d.Due, wait, a.ringing)
		return
	}
	if a.held() {
		return
	}
	a.fly(a.head, d.Source, d.Attempts+1, d.Probe)
}

// until is how long a moment is away. A clock that was set back makes no wait longer
// than the longest there is.
func (a *webhookActor) until(t protocol.Timestamp) time.Duration {
	return min(t.Time().Sub(a.Now()), webhook.MaxWait)
}

// held keeps to the rate limit.
func (a *webhookActor) held() bool {
	wait := a.pace.wait()
	if wait > 0 {
		a.alarm.set(paced, wait, a.ringing)
	}
	return wait > 0
}

// pick takes the next delivery: the line's and those that were asked for again in
// turn, so that neither waits for the end of the other.
func (a *webhookActor) pick() {
	wait := a.gait.wait()
	extra := a.more()
	if extra && a.extra && wait <= 0 && a.repeat() {
		return
	}
	if a.deliver() || a.onward || a.stalled {
		return
	}
	if extra && wait <= 0 && a.repeat() {
		return
	}
	if extra && wait > 0 {
		a.alarm.set(paced, wait, a.ringing)
	}
	a.sleep()
}

// more says whether something was asked for again.
func (a *webhookActor) more() bool {
	_, one := a.State.Redelivery()
	return one || a.State.Replay() != nil
}

// deliver takes the next of the line; false when there is none.
func (a *webhookActor) deliver() bool {
	a.line.skip(a.State.Cursor())
	if a.line.empty() {
		if a.asleep {
			return false
		}
		a.look()
	}
	if a.leaveOut() {
		return true
	}
	if !a.line.empty() {
		p := a.line.waiting.Pop()
		a.line.done = max(a.line.done, p.id-1)
		a.fly(p, mainLane, 1, false)
		return true
	}
	if a.onward && a.line.scanned-a.State.Cursor() >= passEvery {
		a.pass(mainLane, a.line.scanned)
	}
	return false
}

// repeat takes the next that was asked for again; false when it has to be read first
// or is nothing.
func (a *webhookActor) repeat() bool {
	if id, ok := a.State.Redelivery(); ok {
		p, err := a.fetch(id)
		if !a.missing(err, webhook.SourceRedelivery, id) {
			a.fly(p, webhook.SourceRedelivery, 1, false)
		}
		return true
	}
	r := a.State.Replay()
	return r != nil && a.replay(r)
}

func (a *webhookActor) replay(r *webhook.Replay) bool {
	if a.repeats != r.Number {
		a.repeats, a.again = r.Number, line{}
	}
	a.again.skip(r.After)
	if a.again.empty() {
		a.scan(&a.again, position(r.Until))
	}
	for !a.again.empty() {
		// A test is for once.
		if p := a.again.waiting.Pop(); p.to == 0 && p.id <= r.Until {
			a.fly(p, webhook.SourceReplay, 1, false)
			return true
		}
	}
	if !a.stalled && (a.again.scanned >= r.Until || a.again.scanned-r.After >= passEvery) {
		a.pass(webhook.SourceReplay, a.again.scanned)
		return true
	}
	return a.onward || a.stalled
}

// sleep asks the dispatcher to be woken.
func (a *webhookActor) sleep() {
	if a.asleep {
		return
	}
	a.asleep = true
	a.line.done = max(a.line.done, a.line.scanned)
	a.vitals.waiting.Store(0)
	a.System.Send(a.post.dispatcher, &sleeper{id: a.id, pid: a.self, after: a.line.scanned, filter: a.filter})
}

// missing handles a delivery that cannot be read: one that is gone is passed.
func (a *webhookActor) missing(err error, l webhook.Source, id protocol.DeliveryID) bool {
	switch {
	case err == nil:
		return false
	case errors.Is(err, errGone):
		a.pass(l, id)
	default:
		a.stall(err)
	}
	return true
}
