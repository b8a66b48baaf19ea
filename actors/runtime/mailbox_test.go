package runtime

import (
	"fmt"
	"sync"
	"testing"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/google/go-cmp/cmp"
)

// recorder is an invoker that notes what it is given, and panics for the message "panic".
type recorder struct{ seen []string }

func (r *recorder) InvokeSystemMessage(m any) { r.seen = append(r.seen, fmt.Sprint("system ", m)) }

func (r *recorder) InvokeUserMessage(m any) {
	r.seen = append(r.seen, fmt.Sprint(m))
	if m == "panic" {
		panic("wanted")
	}
}

func (r *recorder) EscalateFailure(reason, message any) {
	r.seen = append(r.seen, fmt.Sprintf("%v escalated for %v", reason, message))
}

// manual is a dispatcher that runs what was scheduled when it is told to.
type manual struct{ runs []func() }

func (d *manual) Schedule(run func()) { d.runs = append(d.runs, run) }
func (d *manual) Throughput() int     { return throughput }

func (d *manual) run() {
	for len(d.runs) > 0 {
		run := d.runs[0]
		d.runs = d.runs[1:]
		run()
	}
}

func newTestMailbox(invoker actor.MessageInvoker, d actor.Dispatcher) *mailbox {
	m := newMailbox().(*mailbox)
	m.RegisterHandlers(invoker, d)
	return m
}

func TestMailboxOrder(t *testing.T) {
	for name, c := range map[string]struct {
		post func(m *mailbox)
		want []string
	}{
		"in order": {func(m *mailbox) {
			m.PostUserMessage(1)
			m.PostUserMessage(2)
		}, []string{"1", "2"}},
		"system first": {func(m *mailbox) {
			m.PostUserMessage(1)
			m.PostSystemMessage("stop")
		}, []string{"system stop", "1"}},
		"suspended": {func(m *mailbox) {
			m.PostSystemMessage(&actor.SuspendMailbox{})
			m.PostUserMessage(1)
			m.PostSystemMessage("restart")
		}, []string{"system restart"}},
		"resumed": {func(m *mailbox) {
			m.PostSystemMessage(&actor.SuspendMailbox{})
			m.PostUserMessage(1)
			m.PostSystemMessage(&actor.ResumeMailbox{})
		}, []string{"1"}},
		"panic": {func(m *mailbox) {
			m.PostUserMessage("panic")
			m.PostUserMessage(2)
		}, []string{"panic", "wanted escalated for panic", "2"}},
	} {
		t.Run(name, func(t *testing.T) {
			var d manual
			var r recorder
			m := newTestMailbox(&r, &d)
			c.post(m)
			if len(d.runs) != 1 {
				t.Errorf("scheduled %d times, want once", len(d.runs))
			}
			d.run()
			if diff := cmp.Diff(c.want, r.seen); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestMailboxResumesLater: what waits in a suspended mailbox is handled when it is resumed
// after its run has ended.
func TestMailboxResumesLater(t *testing.T) {
	var d manual
	var r recorder
	m := newTestMailbox(&r, &d)
	m.PostSystemMessage(&actor.SuspendMailbox{})
	m.PostUserMessage(1)
	d.run()
	if n := m.UserMessageCount(); n != 1 || len(r.seen) != 0 {
		t.Fatalf("%d messages wait, %v handled", n, r.seen)
	}
	m.PostSystemMessage(&actor.ResumeMailbox{})
	d.run()
	if diff := cmp.Diff([]string{"1"}, r.seen); diff != "" {
		t.Error(diff)
	}
}

// sequence is an invoker that checks that the messages of each sender come in order, from
// one goroutine at a time (the race detector's part).
type sequence struct {
	recorder
	last map[int]int
	bad  []string
	left *sync.WaitGroup
}

func (s *sequence) InvokeUserMessage(m any) {
	sent := m.([2]int)
	if s.last[sent[0]] != sent[1]-1 {
		s.bad = append(s.bad, fmt.Sprint(sent, " after ", s.last[sent[0]]))
	}
	s.last[sent[0]] = sent[1]
	s.left.Done()
}

func TestMailboxHandlesAllOfManySenders(t *testing.T) {
	const senders, each = 8, 2000
	var left, sending sync.WaitGroup
	left.Add(senders * each)
	s := &sequence{last: map[int]int{}, left: &left}
	d := newDispatcher()
	defer d.stop()
	m := newTestMailbox(s, d)
	for sender := range senders {
		sending.Go(func() {
			for i := range each {
				m.PostUserMessage([2]int{sender, i + 1})
			}
		})
	}
	sending.Wait()
	left.Wait()
	if len(s.bad) > 0 || m.UserMessageCount() != 0 {
		t.Errorf("out of order: %v; %d left", s.bad, m.UserMessageCount())
	}
}

func TestMailboxAllocatesNothing(t *testing.T) {
	var d manual
	m := newTestMailbox(&discard{}, &d)
	message := new(Tick)
	post := func() {
		m.PostUserMessage(message)
		d.runs[0]()
		d.runs = d.runs[:0]
	}
	if n := testing.AllocsPerRun(100, post); n > 0 {
		t.Errorf("%v allocations for a message", n)
	}
}

type discard struct{ recorder }

func (*discard) InvokeUserMessage(any) {}

// TestSenderRunsIdleMailbox: a sender that runs the actor itself gets the run of a mailbox that
// does not run, and none of one that does.
func TestSenderRunsIdleMailbox(t *testing.T) {
	var d manual
	var r recorder
	m := newTestMailbox(&r, &d)
	first, second := &runHere{message: 1}, &runHere{message: 2}
	m.PostUserMessage(first)
	m.PostUserMessage(second)
	if first.run == nil || second.run != nil || len(d.runs) > 0 {
		t.Fatalf("run by the senders: %t, %t; scheduled: %d", first.run != nil, second.run != nil, len(d.runs))
	}
	first.run()
	if diff := cmp.Diff([]string{"1", "2"}, r.seen); diff != "" {
		t.Error(diff)
	}
}

// TestSenderLeavesTheRestToWorkers: a sender does not handle the messages of all others.
func TestSenderLeavesTheRestToWorkers(t *testing.T) {
	var d manual
	var r recorder
	m := newTestMailbox(&r, &d)
	first := &runHere{message: 0}
	m.PostUserMessage(first)
	for i := range 3 * throughputHere {
		m.PostUserMessage(i + 1)
	}
	first.run()
	if len(r.seen) != throughputHere || len(d.runs) != 1 {
		t.Fatalf("%d handled, %d scheduled", len(r.seen), len(d.runs))
	}
	d.run()
	if len(r.seen) != 3*throughputHere+1 {
		t.Errorf("%d handled", len(r.seen))
	}
}
