package actors

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/ledger"
	"partyline/actors/runtime"
	"partyline/actors/webhook"
	"partyline/persistence"
	"partyline/protocol"
)

// post is what all webhooks of a hub share.
type post struct {
	ledger.Env
	system     *runtime.System
	flights    *flights
	window     *window
	roster     *roster
	dispatcher *actor.PID
	caretaker  *actor.PID
	jitter     func() float64
	number     atomic.Uint64 // of the newest attempt
	opened     atomic.Bool   // dispatcher and caretaker are there
	unwatch    func()
	// rested is told once by every webhook that has had its last call.
	rested chan struct{}
	// marked is up to where each of them had nothing left at the last mark.
	marked map[protocol.WebhookID]protocol.DeliveryID
	// restored is the epoch of a journal whose webhooks of the backup must be disabled
	// before they are called, "" of any other.
	restored string
}

// landingTime is what attempts under way have when the hub closes; then they are
// broken off and made again by the next one.
const landingTime = 3 * time.Second

// startWindow is how far back the dispatcher begins to read at a start: a few tenths
// of a second. Webhooks that are further behind read by themselves.
const startWindow = 200_000

func newPost(e ledger.Env, o Options) *post {
	return &post{
		Env: e, flights: newFlights(o.Sender, e.Log), window: newWindow(), roster: newRoster(), jitter: o.Jitter,
		rested: make(chan struct{}, protocol.MaxWebhooks), marked: map[protocol.WebhookID]protocol.DeliveryID{},
		restored: quietEpoch(e.Journal),
	}
}

// open starts the actors of all webhooks there are, and returns when they are read.
func (p *post) open(ctx context.Context, system *runtime.System) error {
	p.system = system
	alive, untidy, err := p.survey(ctx)
	if err != nil {
		return fmt.Errorf("webhooks: %w", err)
	}
	at, asleep := loadMark(ctx, p.Journal)
	for _, id := range asleep {
		p.marked[id] = at
	}
	p.staff()
	for _, id := range untidy {
		p.forget(id, 0)
	}
	if err := p.enlist(ctx, alive); err != nil {
		return err
	}
	system.Send(p.dispatcher, openUp{at: p.start()})
	return nil
}

// survey finds the streams of webhooks that live, and of those that were deleted and
// whose logs are still there.
func (p *post) survey(ctx context.Context) (alive, untidy []protocol.WebhookID, err error) {
	for name, err := range p.Journal.Streams(ctx, webhookPrefix) {
		if err != nil {
			return nil, nil, err
		}
		n, err := strconv.ParseInt(strings.TrimPrefix(name, webhookPrefix), 10, 64)
		if err != nil || n < 1 {
			return nil, nil, fmt.Errorf("%w: stream %q", persistence.ErrCorrupt, name)
		}
		id := protocol.WebhookID(n)
		p.roster.skip(id)
		deleted, tidy := p.deleted(ctx, name)
		switch {
		case !deleted:
			alive = append(alive, id)
		case !tidy:
			untidy = append(untidy, id)
		}
	}
	slices.Sort(alive)
	return alive, untidy, nil
}

// deleted looks at the end of a stream: a deleted webhook ends with that fact, and a
// tidy stream holds nothing else. One that cannot be read is left to its actor.
func (p *post) deleted(ctx context.Context, name string) (deleted, tidy bool) {
	for rec, err := range p.Journal.ReadBack(ctx, name, 0) {
		if err != nil {
			return deleted, true
		}
		if deleted {
			return true, false
		}
		fact, _, err := ledger.SplitRecord(rec.Data)
		if deleted = err == nil && webhook.IsDeleted(fact); !deleted {
			return false, true
		}
	}
	return deleted, true
}

// staff starts the actors that serve all webhooks.
func (p *post) staff() {
	d := &dispatcher{
		Env: p.Env, system: p.system, window: p.window, roster: p.roster, rung: new(atomic.Bool),
		asleep: map[protocol.WebhookID]*sleeper{}, byType: map[protocol.EventType]map[protocol.WebhookID]*sleeper{},
	}
	p.dispatcher = p.system.Spawn(func() actor.Actor { return d })
	pid, rung := p.dispatcher, d.rung
	p.unwatch = p.OnCommit(func() {
		if !rung.Swap(true) {
			p.system.Send(pid, runtime.Wake{})
		}
	})
	p.caretaker = p.system.Spawn(func() actor.Actor { return newCaretaker(p.Env, p.roster) })
	p.opened.Store(true)
}

// sweep is called by the hub's ticker.
func (p *post) sweep() {
	if p.opened.Load() {
		p.system.Send(p.dispatcher, runtime.Tick{})
		p.system.Send(p.caretaker, runtime.Tick{})
	}
}

// enlist wakes the webhooks and waits until each has been read, or could not be.
func (p *post) enlist(ctx context.Context, ids []protocol.WebhookID) error {
	arrived := make(chan struct{}, len(ids))
	for _, id := range ids {
		p.roster.enrol(id)
		p.spawn(id, func() { arrived <- struct{}{} })
	}
	for range ids {
		select {
		case <-arrived:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (p *post) spawn(id protocol.WebhookID, arrived func()) {
	pid := p.system.Spawn(func() actor.Actor { return p.newWebhook(id, arrived) })
	p.roster.settle(id, pid)
}

// mark is up to where a webhook had nothing left at the last mark, 0 for unknown.
func (p *post) mark(id protocol.WebhookID) protocol.DeliveryID { return p.marked[id] }

// start is where the dispatcher begins: as far back as the webhooks that are nearly up
// to date, so that they find in its window what they have missed.
func (p *post) start() persistence.Position {
	head := p.Journal.Head()
	at := head
	for _, from := range p.marked {
		at = min(at, position(from))
	}
	if len(p.marked) == 0 || head-at > startWindow {
		at = head - min(head, startWindow)
	}
	return at
}

// forget cleans up after a webhook that was deleted by the fact of that number; 0 is
// the last one of its stream.
func (p *post) forget(id protocol.WebhookID, seq protocol.Seq) {
	if p.flights.courier != nil {
		p.flights.courier.Forget(id)
	}
	p.system.Send(p.caretaker, &tidy{id: id, seq: persistence.Seq(seq)})
}

// close ends all webhooks: attempts under way are given a moment, and what comes of
// them is recorded.
func (p *post) close(ctx context.Context) {
	p.unwatch()
	pids := p.roster.lastCall(p.system.Root)
	landing := time.AfterFunc(landingTime, p.flights.land)
	defer landing.Stop()
	for range pids {
		select {
		case <-p.rested:
			continue
		case <-ctx.Done():
		}
		break
	}
	p.flights.land()
	p.system.End(ctx, pids...)
	p.system.End(ctx, p.dispatcher, p.caretaker) // they have heard everything that the webhooks had to say
	p.flights.wait(ctx)
}
