package runtime

import (
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
	here       func() // m.runHere, bound once

	mu      sync.Mutex
	system  queue.FIFO[any]
	user    queue.FIFO[any]
	running bool
	// suspended is set by supervision while an actor that panicked is dealt with.
	suspended bool
}

func newMailbox() actor.Mailbox {
	m := &mailbox{}
	m.process, m.here = m.run, m.runHere
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
func (m *mailbox) PostUserMessage(message any) {
	if r, ok := message.(*runHere); ok {
		if m.push(&m.user, r.message) {
			r.run = m.here
		}
		return
	}
	if m.push(&m.user, message) {
		m.dispatcher.Schedule(m.process)
	}
}

// PostSystemMessage implements actor.Mailbox.
func (m *mailbox) PostSystemMessage(message any) {
	if m.push(&m.system, message) {
		m.dispatcher.Schedule(m.process)
	}
}

// push queues a message and says whether the mailbox was not running: the caller has to have
// it run.
func (m *mailbox) push(q *queue.FIFO[any], message any) (start bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	q.Push(message)
	start = !m.running
	m.running = true
	return start
}

// run handles messages on a worker, and runHere on the goroutine of a sender.
func (m *mailbox) run()     { m.runFor(throughput) }
func (m *mailbox) runHere() { m.runFor(throughputHere) }

// runFor handles messages until there are none, or so many of them: then others that wait
// for a worker come first. After a panic, which it hands to supervision, it goes on.
func (m *mailbox) runFor(left int) {
	for left > 0 {
		if m.handle(&left) {
			return
		}
	}
	m.dispatcher.Schedule(m.process)
}

// handle handles messages while any are left to be handled, and says whether it found no more.
func (m *mailbox) handle(left *int) (done bool) {
	var message any
	defer func() {
		if r := recover(); r != nil {
			m.invoker.EscalateFailure(r, message)
		}
	}()
	for *left > 0 {
		*left--
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
	return false
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
