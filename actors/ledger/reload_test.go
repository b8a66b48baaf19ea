package ledger

import (
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"weak"

	"partyline/persistence"
	"partyline/protocol"
)

// heldJournal keeps the outcomes of appends until the test reports them.
type heldJournal struct {
	persistence.Journal
	mu   sync.Mutex
	hold bool
	held []func()
}

func (h *heldJournal) Append(a persistence.Append) {
	done := a.Done
	a.Done = func(o persistence.Outcome) {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.hold {
			h.held = append(h.held, func() { done(o) })
			return
		}
		done(o)
	}
	h.Journal.Append(a)
}

// answered is a command whose answer calls then, and is noted.
func answered(into *[]told, then func()) *Command {
	return &Command{Cmd: add{n: []int{1}}, Responder: Responder{Done: func(answer any, err *protocol.Error) {
		*into = append(*into, told{answer: answer, code: codeIn(err)})
		then()
	}}}
}

// TestOutcomeDuringReleaseIsNotLostInAReload: the committer reports an append while the actor
// answers the one before it, and a panic has asked for a reload.
func TestOutcomeDuringReleaseIsNotLostInAReload(t *testing.T) {
	for name, fault := range map[string]error{"durable": nil, "failed": persistence.ErrFull} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t)
				h := &heldJournal{Journal: b.journal, hold: true}
				b.ledger.Journal = h
				var first, second []told
				b.ledger.Handle(answered(&first, func() { h.held[1]() }))
				synctest.Wait()
				if fault != nil {
					b.journal.FailNext(1, fault)
				}
				b.ledger.Handle(answered(&second, func() {}))
				b.send(add{boom: "decide"})
				synctest.Wait()
				h.held[0]()
				h.hold = false
				b.settle()
				want := told{answer: 2}
				if fault != nil {
					want = told{code: protocol.CodeStorage}
				}
				if len(first) != 1 || len(second) != 1 || second[0] != want {
					t.Fatalf("first %+v, second %+v, want %+v", first, second, want)
				}
				got := b.send(add{n: []int{10}})
				b.settle()
				if len(got) != 1 {
					t.Fatal("the next command is not answered")
				}
			})
		})
	}
}

// TestPanicOfAHookIsAnswered: the answer that the hook stood before must not be lost, nor its
// slot.
func TestPanicOfAHookIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.ledger.hooks.OnDurable = func(added) { panic("hook") }
		a := &Actor[added, *counter]{Ledger: b.ledger}
		h := &heldJournal{Journal: b.journal, hold: true} // or the outcome may come while the command is sent
		b.ledger.Journal = h
		got := b.send(add{n: []int{1}})
		synctest.Wait()
		h.held[0]()
		func() {
			defer a.RecoverActor(nil)
			a.ReleaseDurable()
		}()
		b.ledger.hooks.OnDurable = func(added) {}
		b.settle()
		if len(got) != 1 || (<-got).code != protocol.CodeInternal || b.gate.InFlight() != 0 {
			t.Fatalf("%d slots in flight", b.gate.InFlight())
		}
	})
}

// instantJournal takes everything at once and stores nothing.
type instantJournal struct {
	persistence.Journal
	seq persistence.Seq
}

func (s *instantJournal) Append(a persistence.Append) {
	s.seq += persistence.Seq(len(a.Records))
	a.Done(persistence.Outcome{Last: s.seq})
}

// TestPublishedRecordsAreNotKept: a chat log of megabytes must not stay in memory until the
// session's next event.
func TestPublishedRecordsAreNotKept(t *testing.T) {
	b := newBench(t)
	b.ledger.Journal = &instantJournal{Journal: b.journal}
	b.ledger.kind.AppendFact = func(dst []byte, f added) []byte { return append(dst, make([]byte, 1<<20)...) }
	var event weak.Pointer[byte]
	b.ledger.hooks.Publish = func(events [][]byte, _ protocol.Seq) { event = weak.Make(&events[0][0]) }
	b.send(add{n: []int{1}})
	b.ledger.ReleaseDurable()
	runtime.GC()
	runtime.GC()
	if event.Value() != nil {
		t.Error("the record of a published event is still in memory")
	}
	runtime.KeepAlive(b)
}
