package actors

import "partyline/protocol"

// asker waits for an answer. Whoever holds one answers it on every exit; a second
// answer is not heard.
type asker interface {
	reply(answer any, err *protocol.Error)
}

// command is one command on its way to an actor and its answer on the way back.
type command struct {
	cmd  protocol.Command
	memo *memoKey
	// records has room for the one record of a vote, on its way to the journal.
	records [1][]byte
	ticket
}

// query reads an actor's state. It is answered behind everything decided before it,
// so it never tells of a fact that is not on disk.
type query[H any] struct {
	// read is given the number of the last fact applied; the standings have none.
	read func(state H, seq protocol.Seq) (any, *protocol.Error)
	// barrier makes the answer wait until the events before it are in the feed.
	barrier bool
	ticket
}

// ticket is the place of one asker at the door. Its owner is, one after the other,
// the goroutine that asks and the actor that answers.
type ticket struct {
	pass     pass // that of a webhook's own commands is nobody's: they come from inside
	done     func(answer any, err *protocol.Error)
	answered bool
}

func (t *ticket) reply(answer any, err *protocol.Error) {
	if t.answered {
		return
	}
	t.answered = true
	t.pass.leave()
	t.done(answer, err)
}
