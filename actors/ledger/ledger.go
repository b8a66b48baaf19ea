package ledger

import (
	"sync"

	"partyline/actors/queue"
	"partyline/persistence"
	"partyline/protocol"
)

// Ledger keeps one state true to its stream. It is pipelined: a command is decided and
// applied to the speculative state, its records are handed to the journal, and the next
// command follows at once. Answers and events wait in order until the journal reports
// that the records are durable.
//
// One actor owns a Ledger. The only part that another goroutine touches is outcomes.
type Ledger[F any, S State[F]] struct {
	*Env
	kind   Kind[F, S]
	hooks  Hooks[F, S]
	stream string
	wake   func() // has the actor call ReleaseDurable; called by the journal's committer

	// State is the speculative state: the facts of appends that wait are applied. Its owner
	// reads it between messages.
	State S
	seq   protocol.Seq // of the last fact applied, durable or not

	pending       queue.FIFO[pendingReply]
	facts         queue.FIFO[F]      // of all pending replies, in order
	events        queue.FIFO[[]byte] // beside facts
	submitted     uint64             // appends handed to the journal
	outcomes      outcomes
	onOutcomeFunc func(persistence.Outcome) // onOutcome, bound once so that an append allocates no function

	// mustReload: the state may not be what the journal holds, because a commit failed or the
	// state machine panicked. Requests are deferred until every append has its outcome; then
	// the state is loaded again.
	mustReload bool
	deferred   []Request
	// releasing is taken from pending and not answered yet: a hook that panics must not lose
	// its answer and its slots.
	releasing   Request
	loadFailure loadFailure

	snapshots snapshotPlan
	scratch   struct{ fact, event []byte }
	decided   []F
}

// pendingReply is an answer that waits for the append of its number. It stands for the
// next facts and events of the queues beside it.
type pendingReply struct {
	append  uint64
	facts   int
	answer  any
	err     *protocol.Error
	request Request
	// barrier: everything before it is published before the answer leaves.
	barrier bool
}

// outcomes is what the committer has reported. The committer writes, the actor reads.
type outcomes struct {
	mu       sync.Mutex
	resolved uint64 // appends with an outcome
	failed   uint64 // the first append that failed, numbered from 1; 0 for none
	err      error
	woken    bool // a wake-up is on its way
}

// New makes a ledger that has not loaded its stream yet.
func New[F any, S State[F]](stream string, k Kind[F, S], hooks Hooks[F, S], e *Env) *Ledger[F, S] {
	l := &Ledger[F, S]{Env: e, kind: k, hooks: hooks, stream: stream}
	l.onOutcomeFunc = l.onOutcome
	return l
}

// Seq is the number of the last fact applied, durable or not.
func (l *Ledger[F, S]) Seq() protocol.Seq { return l.seq }

// Stream is the name of the ledger's stream in the journal.
func (l *Ledger[F, S]) Stream() string { return l.stream }

// MustReload says that the state may not be what the journal holds.
func (l *Ledger[F, S]) MustReload() bool { return l.mustReload }

// Idle says that no request waits for an answer.
func (l *Ledger[F, S]) Idle() bool { return l.pending.Len() == 0 && len(l.deferred) == 0 }

// Quiescent says that every append has its outcome.
func (l *Ledger[F, S]) Quiescent() bool {
	l.outcomes.mu.Lock()
	defer l.outcomes.mu.Unlock()
	return l.outcomes.resolved == l.submitted
}

// FailAll answers every request that waits with an error: nothing more will come.
func (l *Ledger[F, S]) FailAll(err *protocol.Error) {
	if l.releasing != nil {
		l.releasing.Respond(nil, err)
		l.releasing = nil
	}
	for l.pending.Len() > 0 {
		l.pending.Pop().request.Respond(nil, err)
	}
	for _, r := range l.deferred {
		r.Respond(nil, err)
	}
	l.deferred = nil
	l.dropUnpublished()
}

// dropUnpublished forgets facts, events and a snapshot that are not known to be durable.
func (l *Ledger[F, S]) dropUnpublished() {
	l.facts, l.events = queue.FIFO[F]{}, queue.FIFO[[]byte]{}
	l.snapshots.pending = nil
}
