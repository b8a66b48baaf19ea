package actors

import (
	"context"
	"encoding/json"
	"slices"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/ledger"
	"partyline/actors/queue"
	"partyline/actors/runtime"
	"partyline/actors/webhook"
	"partyline/persistence"
	"partyline/protocol"
)

// dispatcher follows the tail of the global order for all webhooks. It wakes those
// that are asleep and want what came; those that are busy, wait or are disabled cost
// nothing.
type dispatcher struct {
	ledger.Env
	system *runtime.System
	self   *actor.PID
	window *window
	roster *roster

	open     bool
	position persistence.Position // of the last record looked at
	asleep   map[protocol.WebhookID]*sleeper
	byType   map[protocol.EventType]map[protocol.WebhookID]*sleeper
	rung     *atomic.Bool // a wake-up is on its way

	kept  persistence.Position // of the newest mark
	ticks int
}

// sleeper is a webhook that has delivered everything it wants up to after.
type sleeper struct {
	runtime.Quiet
	id     protocol.WebhookID
	pid    *actor.PID
	after  protocol.DeliveryID
	filter webhook.Filter
}

// messages between the dispatcher and the webhooks
type (
	// leave says that a webhook is not to be woken any more.
	leave struct {
		runtime.Quiet
		id protocol.WebhookID
	}
	// news wakes a webhook.
	news struct{ runtime.Quiet }
	// openUp begins the following, at a position.
	openUp struct {
		runtime.Quiet
		at persistence.Position
	}
	// vouch has the dispatcher mark a position it has read up to. It goes through its own
	// mailbox: a webhook says leave before it commits to wanting something else, so what
	// was read behind that commit stands behind the leave.
	vouch struct{ at persistence.Position }
)

const (
	// dispatchBatch is how many records are looked at before other messages get their turn.
	dispatchBatch = 8192
	// calmSweep is how many sweeps pass between two that reach every webhook.
	calmSweep = 60
	// readTimeout bounds one reading, so that a sick disk cannot hold an actor for ever.
	readTimeout = 10 * time.Second
)

// Receive implements actor.Actor.
func (d *dispatcher) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		d.self = c.Self()
	case openUp:
		d.begin(m.at)
	case runtime.Wake:
		d.rung.Store(false)
		d.read()
	case *sleeper:
		d.rest(m)
	case leave:
		d.remove(m.id)
	case runtime.Tick:
		d.sweep()
	case vouch:
		d.mark(m.at)
	case *actor.Stopping:
		d.mark(d.position)
	}
}

// begin looks at everybody who has lain down before.
func (d *dispatcher) begin(at persistence.Position) {
	d.open, d.position, d.kept = true, at, at
	d.window.begin(protocol.DeliveryID(at))
	waiting := d.asleep
	d.asleep, d.byType = map[protocol.WebhookID]*sleeper{}, map[protocol.EventType]map[protocol.WebhookID]*sleeper{}
	for _, s := range waiting {
		d.rest(s)
	}
	d.read()
}

// rest lays a webhook down, or wakes it at once when there is something for it that
// came in between.
func (d *dispatcher) rest(s *sleeper) {
	d.remove(s.id)
	if d.open {
		d.window.pause()
		var found queue.FIFO[parcel]
		if _, ok := d.window.take(&found, s.id, s.after, 1); !ok || found.Len() > 0 {
			d.system.Send(s.pid, news{})
			return
		}
	}
	d.asleep[s.id] = s
	for _, t := range s.filter.Events {
		if d.byType[t] == nil {
			d.byType[t] = map[protocol.WebhookID]*sleeper{}
		}
		d.byType[t][s.id] = s
	}
}

func (d *dispatcher) remove(id protocol.WebhookID) {
	s, ok := d.asleep[id]
	if !ok {
		return
	}
	delete(d.asleep, id)
	for _, t := range s.filter.Events {
		delete(d.byType[t], id)
	}
}

// read looks at what has come since the last time.
func (d *dispatcher) read() {
	head := d.Journal.Head()
	if !d.open || d.position >= head {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	var found []parcel
	n := 0
	whole := true
	for rec, err := range persistence.SkipDamaged(ctx, d.Journal, d.position, d.passed) {
		if err != nil {
			d.Log.Error().Err(err).Msg("webhooks' dispatcher cannot read the journal")
			whole = false
			break
		}
		if p, ok := notice(rec); ok && d.window.wants(&p) {
			found = append(found, p.kept())
		}
		d.position = rec.Position
		if n++; n == dispatchBatch {
			d.ring()
			whole = false
			break
		}
	}
	if whole {
		d.position = max(d.position, head) // what lies behind the last record is trimmed or damaged
	}
	d.window.push(found, protocol.DeliveryID(d.position))
	for i := range found {
		d.wake(&found[i])
	}
}

// passed tells of events that no webhook will hear of.
func (d *dispatcher) passed(lost *persistence.Damage) {
	d.Log.Error().Err(lost).Msg("webhooks leave out damaged events")
}

// wake wakes who is asleep and wants the parcel.
func (d *dispatcher) wake(p *parcel) {
	if p.to != 0 {
		if s, ok := d.asleep[p.to]; ok {
			d.rouse(s)
		}
		return
	}
	for _, t := range []protocol.EventType{p.kind, protocol.EventAny} {
		for _, s := range d.byType[t] {
			if s.filter.Matches(p.kind, p.session) {
				d.rouse(s)
			}
		}
	}
}

func (d *dispatcher) rouse(s *sleeper) {
	d.remove(s.id)
	d.system.Send(s.pid, news{})
}

// ring is called by the committer after each commit; it must not block.
func (d *dispatcher) ring() {
	if !d.rung.Swap(true) {
		d.system.Send(d.self, runtime.Wake{})
	}
}

func (d *dispatcher) sweep() {
	d.ticks++
	d.roster.sweep(d.system.Root, d.ticks%calmSweep == 0)
	d.read()
	if d.position-d.kept >= ledger.SnapshotIdle {
		d.system.Send(d.self, vouch{d.position})
	}
}

// markStream names the snapshot that keeps the mark; there is no stream of that name.
const markStream = "webhooks"

// markVersion is the format of the mark.
const markVersion = 1

// mark keeps who is asleep since before the position: for them nothing lies before it that
// they want. So what nobody wants costs no record, and a start need not read it again.
func (d *dispatcher) mark(at persistence.Position) {
	if !d.open || at <= d.kept {
		return
	}
	ids := make([]protocol.WebhookID, 0, len(d.asleep))
	for id, s := range d.asleep {
		if s.after <= protocol.DeliveryID(at) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	data, err := json.Marshal(ids)
	if err != nil {
		panic("actors: a mark that has no JSON: " + err.Error()) // it is a list of numbers
	}
	d.kept = at
	d.SaveSnapshot(persistence.Snapshot{Stream: markStream, Seq: persistence.Seq(at), Version: markVersion, Data: data})
}

// loadMark reads who has heard everything up to which position. Without a mark, or
// with one that is ahead of the journal, webhooks read on from their own cursors.
func loadMark(ctx context.Context, j persistence.Journal) (at protocol.DeliveryID, asleep []protocol.WebhookID) {
	s, ok, err := j.LoadSnapshot(ctx, markStream)
	if err != nil || !ok || s.Version != markVersion || persistence.Position(s.Seq) > j.Head() {
		return 0, nil
	}
	if asleep, ok = readMark(s.Data); !ok {
		return 0, nil
	}
	return protocol.DeliveryID(s.Seq), asleep
}

// readMark wants the ids as mark writes them: ascending, each once.
func readMark(data []byte) (asleep []protocol.WebhookID, ok bool) {
	if json.Unmarshal(data, &asleep) != nil || !slices.IsSorted(asleep) || len(asleep) > 0 && asleep[0] < 1 {
		return nil, false
	}
	return asleep, len(slices.Compact(slices.Clone(asleep))) == len(asleep)
}
