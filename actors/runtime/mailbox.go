package runtime

import (
	"runtime"
	"sync"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/queue"
)

// mailbox is an unbounded mailbox that allocates nothing for a message. protoactor's own
// allocates a node for each message and a closure for each time that it is scheduled: with a
// hundred sessions of few votes each, four allocations a vote.
//
// Messages of the system, which start, stop and watch an actor, come before those of users.
// One goroutine at a time runs a mailbox: the one that running stands for.
type mailbox struct {
	invoker    actor.MessageInvoker
	dispatcher actor.Dispatcher
	process    func() // m.run, bound once

	mu      sync.Mutex
	system  queue.FIFO[any]
	user    queue.FIFO[any]
	running bool
	// suspended is set by supervision while an actor that panicked is dealt with.
	suspended bool
}

func newMailbox() actor.Mailbox {
	m := &mailbox{}
	m.process = m.run
	return m
}

// RegisterHandlers implements actor.Mailbox.
func (m *mailbox) RegisterHandlers(invoker actor.MessageInvoker, dispatcher actor.Dispatcher) {
	m.invoker, m.dispatcher = invoker, dispatcher
}

// Start implements actor.Mailbox.
func (m *mailbox) Start() {}

// UserMessageCount implements actor.Mailbox.
func (m *mailbox) UserMessageCount() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.user.Len()
}

// PostUserMessage implements actor.Mailbox.
func (m *mailbox) PostUserMessage(message any) { m.post(&m.user, message) }

// PostSystemMessage implements actor.Mailbox.
func (m *mailbox) PostSystemMessage(message any) { m.post(&m.system, message) }

func (m *mailbox) post(q *queue.FIFO[any], message any) {
	m.mu.Lock()
	q.Push(message)
	schedule := !m.running
	m.running = true
	m.mu.Unlock()
	if schedule {
		m.dispatcher.Schedule(m.process)
	}
}

// run handles messages until there are none. After a panic, which it hands to supervision,
// it goes on.
func (m *mailbox) run() {
	for !m.handle() {
	}
}

// handle handles messages and says whether it found no more of them.
func (m *mailbox) handle() (done bool) {
	var message any
	defer func() {
		if r := recover(); r != nil {
			m.invoker.EscalateFailure(r, message)
		}
	}()
	for n := 1; ; n++ {
		if n%throughput == 0 {
			runtime.Gosched()
		}
		var system, ok bool
		if message, system, ok = m.next(); !ok {
			return true
		}
		if system {
			m.invokeSystem(message)
		} else {
			m.invoker.InvokeUserMessage(message)
		}
	}
}

// next takes the next message. When there is none, or only such that have to wait until the
// mailbox is resumed, the mailbox no longer runs: the next post schedules it.
func (m *mailbox) next() (message any, system, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.system.Len() > 0 {
		return m.system.Pop(), true, true
	}
	if m.user.Len() > 0 && !m.suspended {
		return m.user.Pop(), false, true
	}
	m.running = false
	return nil, false, false
}

func (m *mailbox) invokeSystem(message any) {
	switch message.(type) {
	case *actor.SuspendMailbox:
		m.suspend(true)
	case *actor.ResumeMailbox:
		m.suspend(false)
	default:
		m.invoker.InvokeSystemMessage(message)
	}
}

func (m *mailbox) suspend(suspended bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.suspended = suspended
}
