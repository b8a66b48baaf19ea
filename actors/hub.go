package actors

import (
	"context"
	crand "crypto/rand"
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/rs/zerolog"
	"go.opentelemetry.io/otel/metric"

	"partyline/actors/access"
	"partyline/actors/catalogue"
	"partyline/persistence"
	"partyline/protocol"
)

// Options of a Hub. Only Journal is needed.
type Options struct {
	Journal persistence.Journal
	Log     zerolog.Logger
	// Meter makes the hub's metrics; nil makes none.
	Meter metric.Meter
	// MaxActiveSessions is how many sessions may be active at once; 0 for no limit.
	MaxActiveSessions int
	// MaxInFlight is how many commands and queries may wait for an answer; what comes
	// on top is told to come again. Default 16,384.
	MaxInFlight int
	// IdleTimeout is how long a session stays awake unused. Default 5 minutes.
	IdleTimeout time.Duration
	// Draw is the picker's chance, in [0,1). Default: seeded by the operating system.
	Draw func() float64
	// DrawCode draws a code to join with, of protocol.JoinAlphabet. Default: by the
	// operating system's randomness, so that nobody can guess the next one.
	DrawCode func() string
	// Now is the clock. Default time.Now.
	Now func() time.Time
	// OnRevoked is told of each token that has ceased to hold, after the commit. It
	// must not block.
	OnRevoked func(protocol.TokenID)
	// OnInvited is told when the joining of a session begins anew, after the commit and
	// before anybody hears of the new code: guests of other generations are let in no
	// more. It must not block.
	OnInvited func(protocol.SessionID, protocol.JoinGeneration)
	// Courier delivers webhooks; with nil they are kept and nothing is delivered.
	Sender Sender
	// Observer looks into the rooms of games, to count their players; with nil nobody looks.
	Observer Observer
	// Jitter is the chance in the waits between deliveries and looks, in [0,1). Default: random.
	Jitter func() float64
}

// defaultIdleTimeout: waking costs some milliseconds, a sleeping session nothing.
const defaultIdleTimeout = 5 * time.Minute

// Hub is the way in to all actors. Its methods may be called from any goroutine; all
// errors they return are *protocol.Error.
type Hub struct {
	environment
	door        *door
	directory   *directory
	invitations *invitations
	routes      *routes
	keys        *keys
	tokens      *tokens
	lobby       *lobby
	waiters     waiters
	draw        func() float64
	jitter      func() float64
	patience    time.Duration

	system     *actor.ActorSystem
	registry   *actor.PID
	catalogue  *actor.PID
	access     *actor.PID
	standings  *actor.PID
	eraser     *actor.PID
	projection *projection
	post       *post
	rouser     *rouser
	lookouts   *lookouts

	background *background
	scheduler  *scheduler
	votes      readers // of the vote history
	depth      depth   // of it
	attempts   readers // of the webhooks' logs
	exports    readers // of sessions' votes
	unwatch    func()
	closed     atomic.Bool
}

// New starts the actors and reads the standings. The hub is ready when it returns:
// sessions are read when somebody asks for them, and the active ones one after the
// other behind that, because something may be running there.
func New(ctx context.Context, o Options) (*Hub, error) {
	h := newHub(o)
	if err := errors.Join(h.gauges.register(o.Meter, h.door), h.post.register(o.Meter)); err != nil {
		return nil, err
	}
	h.projection = newProjection(h.environment)
	if err := h.projection.load(ctx); err != nil {
		h.background.stop(context.Background())
		return nil, err
	}
	known := h.projection.state
	h.directory = newDirectory(o.MaxActiveSessions, known.LastID(), known.Sessions())
	for _, d := range known.JoinCodes() {
		h.invitations.note(d.Session, d.Generation, d.Code)
	}
	deleted, err := h.census(ctx)
	if err != nil {
		h.background.stop(context.Background())
		return nil, err
	}
	h.spawn()
	h.system.Root.Send(h.eraser, &erase{deleted})
	if _, err := h.Do(ctx, Call{Command: catalogue.Seed{}}); err != nil {
		return nil, err
	}
	// Whoever comes first with a token must not find that none has been read yet. Tokens
	// that cannot be read have been logged, and hold up nothing else.
	_, _ = h.Tokens(ctx)
	if err := h.post.open(ctx, h.system); err != nil {
		return nil, err
	}
	h.rouser.start(h.directory.actives())
	return h, nil
}

func newHub(o Options) *Hub {
	h := &Hub{
		environment: environment{journal: o.Journal, now: o.Now, clock: newClock(o.Now, o.Log), log: o.Log, gauges: &gauges{}},
		door:        newDoor(max(o.MaxInFlight, 0)),
		routes:      &routes{pids: map[protocol.SessionID]*actor.PID{}},
		keys:        newKeys(),
		invitations: newInvitations(o.DrawCode, o.OnInvited),
		tokens:      &tokens{revoked: o.OnRevoked},
		lobby:       newLobby(),
		draw:        o.Draw,
		patience:    o.IdleTimeout,
		votes:       make(readers, maxScans),
		depth:       depth{skip: maxSkip, search: maxSearch},
		attempts:    make(readers, maxScans),
		exports:     make(readers, maxExports),
	}
	if o.MaxInFlight == 0 {
		h.door.widen(defaultInFlight)
	}
	if h.now == nil {
		h.now = time.Now
	}
	if h.draw == nil {
		h.draw = newDraw()
	}
	if h.patience == 0 {
		h.patience = defaultIdleTimeout
	}
	h.scheduler = newScheduler()
	h.background = newBackground(o.Journal, o.Log)
	h.keep = h.background.keep
	if o.Jitter == nil {
		o.Jitter = rand.Float64
	}
	h.jitter = o.Jitter
	h.post = newPost(h.environment, h.props, o)
	h.lookouts = newLookouts(o.Observer, o.Log, h.gauges)
	h.rouser = &rouser{send: h.sendSession}
	return h
}

// spawn starts the actors that are always there.
func (h *Hub) spawn() {
	h.system = newSystem(h.log, h.gauges)
	root := h.system.Root
	h.standings = root.Spawn(h.props(func() actor.Actor { return h.projection }))
	ring := func() { root.Send(h.standings, wakeUp{}) }
	h.unwatch = h.heed(func() { h.projection.ring(ring) })
	h.catalogue = root.Spawn(h.props(func() actor.Actor { return h.newCatalogue() }))
	h.access = root.Spawn(h.props(func() actor.Actor { return h.newAccess() }))
	h.eraser = root.Spawn(h.props(func() actor.Actor {
		return newEraser(h.environment, func() { root.Send(h.standings, keepStandings{}) })
	}))
	h.registry = root.Spawn(h.props(func() actor.Actor {
		return &registry{hub: h, children: map[protocol.SessionID]*actor.PID{}, byPID: map[string]protocol.SessionID{}, leaving: map[protocol.SessionID][]any{}}
	}))
	all := []*actor.PID{h.standings, h.catalogue, h.access, h.eraser, h.registry}
	h.background.tick(func() {
		for _, pid := range all {
			root.Send(pid, sweep{})
		}
		h.post.sweep()
		h.scheduler.trim()
	})
}

func (h *Hub) newCatalogue() actor.Actor {
	k := &keeper[catalogue.Fact, *catalogue.State]{system: h.system}
	k.ledger = newLedger("catalogue", kind[catalogue.Fact, *catalogue.State]{
		born: catalogue.New, appendFact: catalogue.AppendFact, readFact: catalogue.ReadFact, version: catalogue.SnapshotVersion,
	}, ledgerHooks[catalogue.Fact, *catalogue.State]{
		durable: func(catalogue.Fact) {}, publish: func([][]byte, protocol.Seq) {}, reborn: func(*catalogue.State) {}, keep: h.keep,
	}, &h.environment)
	return k
}

func (h *Hub) newAccess() actor.Actor {
	k := &keeper[access.Fact, *access.State]{system: h.system}
	k.ledger = newLedger("access", kind[access.Fact, *access.State]{
		born: access.New, appendFact: access.AppendFact, readFact: access.ReadFact, version: access.SnapshotVersion,
	}, ledgerHooks[access.Fact, *access.State]{
		durable: h.tokens.durable, publish: func([][]byte, protocol.Seq) {}, keep: h.keep,
		// As of 1970, so that a clock that is wrong at the start leaves no token out.
		reborn: func(state *access.State) { h.tokens.reborn(state.Tokens(0)) },
	}, &h.environment)
	return k
}

// Health is nil while commands can be answered, else the reason they cannot, as a
// *protocol.Error that may be shown.
func (h *Hub) Health() error {
	if h.door.shut.Load() {
		return protocol.ShuttingDown()
	}
	if err := h.journal.Health(); err != nil {
		return illnessOf(err)
	}
	return nil
}

// Close drains the hub: nothing new is let in, what is inside is committed and
// answered, sessions and standings are written as snapshots. The journal stays open;
// it belongs to whoever opened it. When ctx ends first, what still waits is refused, and
// what waits for a disk that hangs is left behind.
// A second call does nothing.
func (h *Hub) Close(ctx context.Context) error {
	if h.closed.Swap(true) {
		return nil
	}
	err := h.door.drain(ctx)
	h.unwatch()
	h.background.stopTicking()
	h.rouser.stop()
	done := make(chan struct{})
	h.system.Root.Send(h.registry, &closeAll{done})
	select {
	case <-done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	h.lookouts.close(ctx)
	h.post.close(ctx)
	for _, pid := range []*actor.PID{h.registry, h.eraser, h.catalogue, h.access, h.standings} {
		end(ctx, h.system, pid)
	}
	h.lobby.close()
	h.background.stop(ctx)
	h.system.Shutdown()
	h.scheduler.stop()
	return err
}

// newDraw makes a source that nobody can foresee.
func newDraw() func() float64 {
	return func() float64 {
		var seed [32]byte
		_, _ = crand.Read(seed[:]) // never fails, says crypto/rand
		return rand.New(rand.NewChaCha8(seed)).Float64()
	}
}
