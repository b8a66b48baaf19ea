package ledger

import (
	"partyline/actors/admission"
	"partyline/actors/runtime"
	"partyline/protocol"
)

// Request is a message that must be answered exactly once. Whoever holds it responds on
// every exit; a second response is ignored.
type Request interface {
	Respond(answer any, err *protocol.Error)
}

// Command carries a command to an actor and its answer back.
type Command struct {
	Cmd  protocol.Command
	Memo *MemoKey // nil without an idempotency key
	// records has room for the one record of a vote, on its way to the journal.
	records [1][]byte
	Responder
}

// Query reads an actor's state. It is answered behind everything decided before it, so the
// answer never tells of a fact that is not on disk.
type Query[S any] struct {
	// Read is called with the state and the number of the last fact applied; the standings
	// have none.
	Read func(state S, seq protocol.Seq) (any, *protocol.Error)
	// Barrier makes the answer wait until the events before it are in the feed.
	Barrier bool
	Responder
}

// Responder is the way back of one request. The goroutine that asks owns it first, then
// the actor that answers.
type Responder struct {
	runtime.Quiet
	Slots    admission.Slots // released by Respond; none for requests of the hub's own actors
	Done     func(answer any, err *protocol.Error)
	answered bool
}

// Respond implements Request.
func (r *Responder) Respond(answer any, err *protocol.Error) {
	if r.answered {
		return
	}
	r.answered = true
	r.Slots.Release()
	r.Done(answer, err)
}
