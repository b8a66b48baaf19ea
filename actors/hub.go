package actors

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/admission"
	"partyline/actors/delivery"
	"partyline/actors/history"
	"partyline/actors/ledger"
	"partyline/actors/projection"
	"partyline/actors/retention"
	"partyline/actors/rules/catalogue"
	"partyline/actors/runtime"
	"partyline/actors/sessions"
	"partyline/protocol"
)

// Hub is the API of all actors: commands by Do and Go, queries by the types that it embeds. Its
// methods may be called from any goroutine; all errors they return are *protocol.Error.
type Hub struct {
	*Queries            // games, sessions, totals and tokens
	*history.Reader     // Votes, SessionExport, ExportVotes
	*delivery.Log       // webhooks, their attempts and what waits for them
	*sessions.Feeds     // Watch, Unwatch, Refresh, State, Replay, Announcements
	*sessions.JoinCodes // Opens, GuestLive
	*LiveTokens         // TokenLive
	*Idempotency        // Answered, Once

	env    ledger.Env
	caller ledger.Caller
	system *runtime.System

	catalogue  *actor.PID
	access     *actor.PID
	projection *projection.Service
	sessions   *sessions.Service
	webhooks   *delivery.Service
	retention  *retention.Service

	ticker    *runtime.Ticker
	memory    *runtime.Memory
	snapshots *ledger.SnapshotWriter
	closed    atomic.Bool
}

// New starts the actors and loads the standings. The hub is ready when it returns: sessions are
// loaded when somebody asks for them, and the active ones one after the other in the background,
// because something may be running there.
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
	h.start()
	if _, err := h.Do(ctx, Call{Command: catalogue.Seed{}}); err != nil {
		return nil, err
	}
	// The first request with a token must not find that none has been loaded yet. Tokens that
	// cannot be loaded have been logged, and hold up nothing else.
	_, _ = h.Tokens(ctx, protocol.PageQuery{})
	if err := h.webhooks.Open(ctx, h.system); err != nil {
		return nil, err
	}
	h.sessions.WarmUp()
	return h, nil
}

// newHub makes a hub that runs no actor yet.
func newHub(o Options) *Hub {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Draw == nil {
		o.Draw = newDraw()
	}
	if o.Jitter == nil {
		o.Jitter = rand.Float64
	}
	h := &Hub{
		env:        ledger.Env{Journal: o.Journal, Now: o.Now, Clock: ledger.NewClock(o.Now, o.Log), Log: o.Log, Counters: &ledger.Counters{}},
		caller:     ledger.Caller{Gate: admission.New(cmp.Or(o.MaxInFlight, admission.DefaultLimit))},
		snapshots:  ledger.NewSnapshotWriter(o.Journal, o.Log),
		LiveTokens: &LiveTokens{onRevoked: o.OnRevoked},
	}
	h.env.SaveSnapshot, h.env.SaveLastSnapshot = h.snapshots.Enqueue, h.snapshots.WriteLast
	h.system = runtime.New(o.Log, h.onDeadLetter)
	h.projection = projection.New(h.env, h.system, &h.caller)
	h.sessions = sessions.New(sessions.Options{
		Env: h.env, System: h.system, Caller: &h.caller,
		MaxActive: o.MaxActiveSessions, IdleTimeout: cmp.Or(o.IdleTimeout, defaultIdleTimeout),
		Draw: o.Draw, Jitter: o.Jitter, DrawCode: o.DrawCode, OnJoinChanged: o.OnJoinChanged, Observer: o.Observer,
		Checkpointed: h.projection.Checkpointed, RequestCheckpoint: h.projection.RequestCheckpoint,
	})
	h.webhooks = delivery.New(delivery.Options{Env: h.env, Sender: o.Sender, Jitter: o.Jitter})
	h.Queries = &Queries{now: o.Now, clock: h.env.Clock, caller: &h.caller, system: h.system, sessions: h.sessions, projection: h.projection, draw: o.Draw}
	h.Reader = history.New(history.Options{Env: h.env, Caller: &h.caller, Sessions: h.sessions, Projection: h.projection})
	h.retention = retention.New(retention.Options{
		Env: h.env, System: h.system, Sessions: h.sessions, Projection: h.projection, History: h.Reader,
		Tokens:    func(c *ledger.Command) *protocol.Error { h.system.Send(h.access, c); return nil },
		KeepVotes: o.KeepVotes, ExportTo: o.KeepExports, Pace: o.FoldPace,
	})
	h.Log = delivery.NewLog(h.webhooks, &h.caller)
	h.Feeds, h.JoinCodes = h.sessions.Feeds, h.sessions.JoinCodes
	h.Idempotency = newIdempotency(h.env, &h.caller)
	return h
}

// load loads the standings and starts the sessions with what the standings know.
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

// start starts the actors of the standings, the games, the tokens and the retention, and the
// ticker.
func (h *Hub) start() {
	h.projection.Start()
	h.retention.Start()
	h.catalogue = h.system.Spawn(func() actor.Actor { return h.newCatalogue() })
	h.access = h.system.Spawn(func() actor.Actor { return h.newAccess() })
	h.Queries.catalogue, h.Queries.access = h.catalogue, h.access
	h.memory = runtime.NewMemory()
	h.ticker = runtime.StartTicker(func() {
		h.projection.Tick()
		h.system.Send(h.catalogue, runtime.Tick{})
		h.system.Send(h.access, runtime.Tick{})
		h.sessions.Tick()
		h.webhooks.Tick()
		h.retention.Tick()
		h.system.Trim()
		h.memory.Tick(uint64(h.env.Journal.Head()), time.Now())
	})
}

// Timeline is the timeline that the journal records; it does not change.
func (h *Hub) Timeline() protocol.Timeline { return h.env.Timeline() }

// onDeadLetter answers the sender of a message to an actor that had ended.
func (h *Hub) onDeadLetter(message any) {
	h.env.Counters.DeadLetters.Add(1)
	if r, ok := message.(ledger.Request); ok {
		r.Respond(nil, ledger.ErrStorage())
	}
}

// Health is nil while commands can be answered, else the reason why not, as a *protocol.Error
// that may be shown to anybody.
func (h *Hub) Health() error {
	if h.caller.Gate.Closed() {
		return protocol.ShuttingDown()
	}
	if err := h.env.Journal.Health(); err != nil {
		return ledger.HealthError(err)
	}
	return nil
}

// Close drains the hub: nothing more is admitted, admitted requests are committed and answered,
// and snapshots of the sessions and the standings are written. The journal stays open; it belongs
// to the caller. When ctx ends first, requests that wait are refused, and actors that wait for a
// disk that hangs are left behind. A second call does nothing.
func (h *Hub) Close(ctx context.Context) error {
	if h.closed.Swap(true) {
		return nil
	}
	h.retention.Interrupt()
	err := h.caller.Gate.Drain(ctx)
	h.projection.Unwatch()
	h.ticker.Stop()
	h.memory.Stop()
	if drainErr := h.sessions.Drain(ctx); drainErr != nil {
		err = drainErr
	}
	h.webhooks.Close(ctx)
	h.retention.Stop(ctx)
	h.sessions.Stop(ctx)
	h.system.End(ctx, h.catalogue)
	h.system.End(ctx, h.access)
	h.projection.Stop(ctx)
	h.snapshots.Stop(ctx)
	h.system.Stop()
	return err
}
