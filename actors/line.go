package actors

import (
	"context"
	"errors"

	"partyline/actors/queue"
	"partyline/actors/webhook"
	"partyline/persistence"
	"partyline/protocol"
)

const (
	// ahead is how many parcels a webhook reads ahead: enough to look seldom, little
	// beside the window.
	ahead = 64
	// scanBatch is how many records one message looks through.
	scanBatch = 8192
	// passEvery is how far a webhook looks through records that it does not want before
	// it writes down how far it has come.
	passEvery = 10_000
	mainLane  = webhook.SourceLive
)

// line is what a lane has found and not delivered.
type line struct {
	waiting queue.FIFO[parcel]
	scanned protocol.DeliveryID // everything up to here has been looked at
	// done is up to where everything wanted is delivered and on disk, or more.
	done protocol.DeliveryID
}

func (l *line) empty() bool { return l.waiting.Len() == 0 }

// restart forgets what was found; it begins where everything is done with.
func (l *line) restart(cursor protocol.DeliveryID) {
	l.done = max(l.done, cursor)
	*l = line{scanned: l.done, done: l.done}
}

// skip forgets what lies up to a position.
func (l *line) skip(through protocol.DeliveryID) {
	l.scanned = max(l.scanned, through)
	for !l.empty() && l.waiting.First().id <= through {
		l.waiting.Pop()
	}
}

// reached is up to where nothing waits.
func (l *line) reached() protocol.DeliveryID {
	if l.empty() {
		return l.scanned
	}
	return l.waiting.First().id - 1
}

// look finds what comes next in the main lane, in the window or, when that does not
// reach back so far, in the journal.
func (a *webhookActor) look() {
	if !a.post.window.opened() {
		return // the dispatcher wakes it when it is
	}
	if through, ok := a.post.window.take(&a.line.waiting, a.id, a.line.scanned, ahead); ok {
		a.line.scanned = through
		return
	}
	a.scan(&a.line, persistence.Position(1<<63-1))
}

// scan looks through the journal, up to until at most. There may be more: then onward
// is on its way.
func (a *webhookActor) scan(l *line, until persistence.Position) {
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	n := 0
	for rec, err := range persistence.SkipDamaged(ctx, a.Journal, persistence.Position(l.scanned), a.passed) {
		if err != nil {
			a.stall(err)
			return
		}
		if rec.Position > until {
			l.scanned = protocol.DeliveryID(until)
			return
		}
		if p, ok := notice(rec); ok && p.meant(a.id, &a.filter) {
			l.waiting.Push(p.kept())
		}
		l.scanned = protocol.DeliveryID(rec.Position)
		if n++; n == scanBatch || l.waiting.Len() >= ahead {
			a.goOn()
			return
		}
	}
	if until <= a.Journal.Head() {
		l.scanned = protocol.DeliveryID(until)
	}
}

// passed tells of events that this webhook will not hear of.
func (a *webhookActor) passed(lost *persistence.Damage) {
	a.Log.Error().Err(lost).Int64("webhook", int64(a.id)).Msg("webhook leaves out damaged events")
}

// goOn lets other messages have their turn first.
func (a *webhookActor) goOn() {
	if !a.onward {
		a.onward = true
		a.System.Send(a.self, onward{})
	}
}

// stall waits for the next sweep.
func (a *webhookActor) stall(err error) {
	a.stalled = true
	a.Log.Error().Err(err).Int64("webhook", int64(a.id)).Msg("webhook cannot go on")
}

// errGone: the position holds no event, or none any more.
var errGone = errors.New("no event is stored there")

// fetch reads the event at a position.
func (a *webhookActor) fetch(id protocol.DeliveryID) (parcel, error) {
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	return fetch(ctx, a.Journal, id, a.id)
}

// fetch reads the event at a position for a webhook.
func fetch(ctx context.Context, j persistence.Journal, id protocol.DeliveryID, to protocol.WebhookID) (parcel, error) {
	for rec, err := range j.ReadAll(ctx, persistence.Position(id)-1) {
		if err != nil {
			return parcel{}, err
		}
		p, ok := parcelOf(rec)
		if !ok || p.id != id || p.to != 0 && p.to != to {
			return parcel{}, errGone
		}
		return p.kept(), nil
	}
	return parcel{}, errGone
}

// fetchTest reads the event of a test by the number of its fact.
func (a *webhookActor) fetchTest(seq protocol.Seq) (parcel, error) {
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	for rec, err := range a.Journal.Read(ctx, a.Stream(), persistence.Seq(seq)-1) {
		if err != nil {
			return parcel{}, err
		}
		p, ok := parcelOf(rec)
		if !ok {
			return parcel{}, errGone
		}
		return p.kept(), nil
	}
	return parcel{}, errGone
}
