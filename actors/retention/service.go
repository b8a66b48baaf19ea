package retention

import (
	"cmp"
	"context"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/history"
	"partyline/actors/ledger"
	"partyline/actors/projection"
	"partyline/actors/runtime"
	"partyline/actors/sessions"
	"partyline/protocol"
)

// defaultPace is the least time between two sessions: at most 720 an hour, each of which costs
// one commit, one snapshot and the deletion of its records.
const defaultPace = 5 * time.Second

// Options of a Service. With KeepVotes 0 nothing is folded, but what a kill has interrupted is
// finished, and the records of ended tokens are trimmed.
type Options struct {
	Env        ledger.Env
	System     *runtime.System
	Sessions   *sessions.Service
	Projection *projection.Service
	History    *history.Reader
	// Tokens sends a command to the actor of the tokens.
	Tokens func(*ledger.Command) *protocol.Error
	// KeepVotes is how long the votes of a closed session are kept, at least
	// session.MinKeepVotes.
	KeepVotes time.Duration
	// ExportTo is a folder for an export of each session before its votes are folded, made when
	// it is missing; "" for none.
	ExportTo string
	// Pace is the least time between two sessions, negative for none. Default 5 s.
	Pace time.Duration
}

// Service folds votes in the background.
type Service struct {
	options Options
	pid     *actor.PID
	cancel  context.CancelFunc
}

// New makes a Service that does nothing yet.
func New(o Options) *Service {
	o.Pace = cmp.Or(o.Pace, defaultPace)
	return &Service{options: o}
}

// Start starts the actor. It comes before the hub's first own record, so that what the journal
// says of the time is from before this start.
func (s *Service) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	began := newJournalClock(ctx, s.options.Env.Journal)
	s.pid = s.options.System.Spawn(func() actor.Actor { return newFolder(ctx, s.options, began) })
}

// Tick is called once a second.
func (s *Service) Tick() { s.options.System.Send(s.pid, runtime.Tick{}) }

// Interrupt interrupts what is being done; nothing is begun after it. It does not wait.
func (s *Service) Interrupt() { s.cancel() }

// Stop ends the actor after Interrupt.
func (s *Service) Stop(ctx context.Context) { s.options.System.End(ctx, s.pid) }
