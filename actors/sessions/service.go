package sessions

import (
	"context"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/ledger"
	"partyline/actors/rules/session"
	"partyline/actors/runtime"
	"partyline/persistence"
	"partyline/protocol"
)

// Options of a Service. Env, System, Caller and the two functions of the checkpoint are needed.
type Options struct {
	Env    ledger.Env
	System *runtime.System
	Caller *ledger.Caller
	// MaxActive is how many sessions may be active at once; 0 for no limit.
	MaxActive int
	// IdleTimeout is how long a session without requests stays awake.
	IdleTimeout time.Duration
	// Draw gives numbers in [0,1) that decide the ties of polls.
	Draw func() float64
	// DrawCode draws a join code. Default: from the operating system's randomness, so that
	// nobody can guess the next one.
	DrawCode func() string
	// OnJoinChanged is called when a session begins a new join generation, after the commit and
	// before anybody is told the new code. It must not block. nil is none.
	OnJoinChanged func(protocol.SessionID, protocol.JoinGeneration)
	// Observer looks into the rooms of games; with nil players are not counted.
	Observer Observer
	// Jitter gives numbers in [0,1) that spread the waits between observations.
	Jitter func() float64
	// Checkpointed is the position up to which a snapshot of the standings on disk has read the
	// journal: only before it may the records of deleted sessions be erased.
	Checkpointed func(context.Context) (persistence.Position, error)
	// RequestCheckpoint asks for such a snapshot soon. It must not block.
	RequestCheckpoint func()
}

// Service runs all sessions of a hub. Its methods may be called from any goroutine.
type Service struct {
	Options
	// Feeds and JoinCodes are what callers outside of the actors use directly.
	Feeds     *Feeds
	JoinCodes *JoinCodes

	directory     *directory
	addresses     *runningActors
	announcements *announcements
	observations  *observations
	warmup        *warmup

	registry *actor.PID
	eraser   *actor.PID
}

// Known is what the standings know of all sessions when the hub starts.
type Known struct {
	LastID    protocol.SessionID // the highest id that was given
	Sessions  []protocol.Session
	JoinCodes []JoinCode
}

// New makes a Service that runs nothing yet.
func New(o Options) *Service {
	s := &Service{
		Options: o, directory: newDirectory(o.MaxActive), JoinCodes: newJoinCodes(o.DrawCode, o.OnJoinChanged),
		addresses: &runningActors{pids: map[protocol.SessionID]*actor.PID{}}, announcements: newAnnouncements(),
		observations: newObservations(o.Observer, o.Env.Log, o.Env.Counters),
	}
	s.Feeds = &Feeds{service: s}
	s.warmup = &warmup{send: s.Send}
	return s
}

// Start takes over what the standings know, looks for sessions that they do not know, and
// starts the actors. onCorrupt is called with each session whose beginning cannot be read.
// No session is loaded before WarmUp or a request for it.
func (s *Service) Start(ctx context.Context, known Known, onCorrupt func(protocol.SessionID, persistence.Seq, error)) error {
	s.directory.load(known.LastID, known.Sessions)
	for _, c := range known.JoinCodes {
		s.JoinCodes.set(c.Session, c.Generation, c.Code)
	}
	deleted, err := s.findOrphans(ctx, onCorrupt)
	if err != nil {
		return err
	}
	s.eraser = s.System.Spawn(func() actor.Actor { return newEraser(s.Env, s.Checkpointed, s.RequestCheckpoint) })
	s.registry = s.System.Spawn(func() actor.Actor { return newRegistry(s) })
	s.System.Send(s.eraser, &eraseRequest{deleted})
	return nil
}

// WarmUp has the active sessions loaded, the newest first. It does not wait for them.
func (s *Service) WarmUp() { s.warmup.start(s.directory.activeIDs()) }

// Tick is called once a second.
func (s *Service) Tick() {
	s.System.Send(s.eraser, runtime.Tick{})
	s.System.Send(s.registry, runtime.Tick{})
}

// Drain ends every session when its requests are answered, and then all observations. It
// returns an error when ctx ends first.
func (s *Service) Drain(ctx context.Context) error {
	s.warmup.stop()
	done := make(chan struct{})
	s.System.Send(s.registry, &closeAll{done: done})
	var err error
	select {
	case <-done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	s.observations.close(ctx)
	return err
}

// Stop ends the actors that are left after Drain, and the announcements.
func (s *Service) Stop(ctx context.Context) {
	s.System.End(ctx, s.registry)
	s.System.End(ctx, s.eraser)
	s.announcements.close()
}

// Exists says whether there is such a session, or one is being created under that id.
func (s *Service) Exists(id protocol.SessionID) bool { return s.directory.exists(id) }

// Newest is the active session with the highest id, 0 when none is active.
func (s *Service) Newest() protocol.SessionID { return s.directory.newest() }

// IDs are all sessions, the newest first.
func (s *Service) IDs() []protocol.SessionID { return s.directory.ids() }

// Query reads a session's state.
type Query = ledger.Query[*session.State]

// Ask reads the state of a session, waking the session if need be. The errors are
// *protocol.Error.
func Ask[T any](ctx context.Context, s *Service, id protocol.SessionID, read func(*session.State) (T, *protocol.Error)) (T, error) {
	return ledger.Ask(ctx, s.Caller, read, func(q *Query) *protocol.Error { return s.Send(id, q) })
}
