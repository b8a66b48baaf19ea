package actors

import (
	"cmp"
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
	"partyline/actors/admission"
	"partyline/actors/catalogue"
	"partyline/actors/delivery"
	"partyline/actors/history"
	"partyline/actors/ledger"
	"partyline/actors/projection"
	"partyline/actors/runtime"
	"partyline/actors/sessions"
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
	// Sender delivers webhooks; with nil they are kept and nothing is delivered.
	Sender Sender
	// Observer looks into the rooms of games, to count their players; with nil nobody looks.
	Observer sessions.Observer
	// Jitter is the chance in the waits between deliveries and looks, in [0,1). Default: random.
	Jitter func() float64
}

// defaultIdleTimeout: waking costs some milliseconds, a sleeping session nothing.
const defaultIdleTimeout = 5 * time.Minute

// Sender makes one attempt to deliver a webhook.
type Sender = delivery.Sender

// Hub is the way in to all actors. Its methods may be called from any goroutine; all
// errors they return are *protocol.Error.
type Hub struct {
	*delivery.Log       // queries about webhooks
	*sessions.Feeds     // Watch, Unwatch, Refresh, State, Replay, Announcements
	*sessions.JoinCodes // Opens, GuestLive
	*history.Reader     // Votes, SessionExport, ExportVotes

	env      ledger.Env
	caller   ledger.Caller
	keyLocks *keyLocks
	tokens   *tokens
	draw     func() float64

	system     *runtime.System
	catalogue  *actor.PID
	access     *actor.PID
	projection *projection.Service
	sessions   *sessions.Service
	webhooks   *delivery.Service

	ticker    *runtime.Ticker
	snapshots *ledger.SnapshotWriter
	closed    atomic.Bool
}

// New starts the actors and reads the standings. The hub is ready when it returns:
// sessions are read when somebody asks for them, and the active ones one after the
// other behind that, because something may be running there.
func New(ctx context.Context, o Options) (*Hub, error) {
	h := newHub(o)
	err := errors.Join(h.env.Counters.Register(o.Meter, h.caller.Gate.InFlight), h.webhooks.Register(o.Meter))
	if err == nil {
		err = h.load(ctx)
	}
	if err != nil {
		h.snapshots.Stop(context.Background())
		h.system.Stop()
		return nil, err
	}
	h.spawn()
	if _, err := h.Do(ctx, Call{Command: catalogue.Seed{}}); err != nil {
		return nil, err
	}
	// The first request with a token must not find that none has been loaded yet. Tokens that
	// cannot be loaded have been logged, and hold up nothing else.
	_, _ = h.Tokens(ctx)
	if err := h.webhooks.Open(ctx, h.system); err != nil {
		return nil, err
	}
	h.sessions.WarmUp()
	return h, nil
}

func newHub(o Options) *Hub {
	h := &Hub{
		env:      ledger.Env{Journal: o.Journal, Now: o.Now, Clock: ledger.NewClock(o.Now, o.Log), Log: o.Log, Counters: &ledger.Counters{}},
		caller:   ledger.Caller{Gate: admission.New(cmp.Or(o.MaxInFlight, admission.DefaultLimit))},
		keyLocks: newKeyLocks(),
		tokens:   &tokens{revoked: o.OnRevoked},
		draw:     o.Draw,
	}
	if h.env.Now == nil {
		h.env.Now = time.Now
	}
	if h.draw == nil {
		h.draw = newDraw()
	}
	h.snapshots = ledger.NewSnapshotWriter(o.Journal, o.Log)
	h.env.SaveSnapshot = h.snapshots.Enqueue
	h.system = runtime.New(o.Log, h.onDeadLetter)
	if o.Jitter == nil {
		o.Jitter = rand.Float64
	}
	h.webhooks = delivery.New(delivery.Options{Env: h.env, Sender: o.Sender, Jitter: o.Jitter})
	h.Log = delivery.NewLog(h.webhooks, &h.caller)
	h.projection = projection.New(h.env, h.system, &h.caller)
	h.sessions = h.newSessions(o)
	h.Feeds, h.JoinCodes = h.sessions.Feeds, h.sessions.JoinCodes
	h.Reader = history.New(history.Options{Env: h.env, Caller: &h.caller, Sessions: h.sessions, Projection: h.projection})
	return h
}

func (h *Hub) newSessions(o Options) *sessions.Service {
	return sessions.New(sessions.Options{
		Env: h.env, System: h.system, Caller: &h.caller,
		MaxActive: o.MaxActiveSessions, IdleTimeout: cmp.Or(o.IdleTimeout, defaultIdleTimeout),
		Draw: h.draw, Jitter: o.Jitter, DrawCode: o.DrawCode, OnJoinChanged: o.OnInvited, Observer: o.Observer,
		Checkpointed: h.projection.Checkpointed, RequestCheckpoint: h.projection.RequestCheckpoint,
	})
}

// load reads the standings and starts the sessions with what they know.
func (h *Hub) load(ctx context.Context) error {
	state, err := h.projection.Load(ctx)
	if err != nil {
		return err
	}
	known := sessions.Known{LastID: state.LastID(), Sessions: state.Sessions()}
	for _, c := range state.JoinCodes() {
		known.JoinCodes = append(known.JoinCodes, sessions.JoinCode(c))
	}
	return h.sessions.Start(ctx, known, h.projection.AddCorrupt)
}

// spawn starts the actors that are always there.
func (h *Hub) spawn() {
	h.projection.Start()
	h.catalogue = h.system.Spawn(func() actor.Actor { return h.newCatalogue() })
	h.access = h.system.Spawn(func() actor.Actor { return h.newAccess() })
	h.ticker = runtime.StartTicker(func() {
		h.projection.Tick()
		h.system.Send(h.catalogue, runtime.Tick{})
		h.system.Send(h.access, runtime.Tick{})
		h.sessions.Tick()
		h.webhooks.Tick()
		h.system.Trim()
	})
}

func (h *Hub) newCatalogue() actor.Actor {
	k := &ledger.Actor[catalogue.Fact, *catalogue.State]{System: h.system}
	k.Ledger = ledger.New("catalogue", ledger.Kind[catalogue.Fact, *catalogue.State]{
		New: catalogue.New, AppendFact: catalogue.AppendFact, ReadFact: catalogue.ReadFact, Version: catalogue.SnapshotVersion,
	}, ledger.Hooks[catalogue.Fact, *catalogue.State]{
		OnDurable: func(catalogue.Fact) {}, Publish: func([][]byte, protocol.Seq) {}, OnLoaded: func(*catalogue.State) {},
	}, &h.env)
	return k
}

func (h *Hub) newAccess() actor.Actor {
	k := &ledger.Actor[access.Fact, *access.State]{System: h.system}
	k.Ledger = ledger.New("access", ledger.Kind[access.Fact, *access.State]{
		New: access.New, AppendFact: access.AppendFact, ReadFact: access.ReadFact, Version: access.SnapshotVersion,
	}, ledger.Hooks[access.Fact, *access.State]{
		OnDurable: h.tokens.onDurable, Publish: func([][]byte, protocol.Seq) {},
		// As of 1970, so that a clock that is wrong at the start leaves no token out.
		OnLoaded: func(state *access.State) { h.tokens.onLoaded(state.Tokens(0)) },
	}, &h.env)
	return k
}

// Timeline is the timeline that the journal records.
func (h *Hub) Timeline() protocol.Timeline { return h.env.Timeline() }

// onDeadLetter answers the sender of a message to an actor that had ended.
func (h *Hub) onDeadLetter(message any) {
	h.env.Counters.DeadLetters.Add(1)
	if r, ok := message.(ledger.Request); ok {
		r.Respond(nil, ledger.ErrStorage())
	}
}

// Health is nil while commands can be answered, else the reason they cannot, as a
// *protocol.Error that may be shown.
func (h *Hub) Health() error {
	if h.caller.Gate.Closed() {
		return protocol.ShuttingDown()
	}
	if err := h.env.Journal.Health(); err != nil {
		return ledger.HealthError(err)
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
	err := h.caller.Gate.Drain(ctx)
	h.projection.Unwatch()
	h.ticker.Stop()
	if drainErr := h.sessions.Drain(ctx); drainErr != nil {
		err = drainErr
	}
	h.webhooks.Close(ctx)
	h.sessions.Stop(ctx)
	h.system.End(ctx, h.catalogue)
	h.system.End(ctx, h.access)
	h.projection.Stop(ctx)
	h.snapshots.Stop(ctx)
	h.system.Stop()
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
