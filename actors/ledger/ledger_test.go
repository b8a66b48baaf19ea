package ledger

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"partyline/actors/admission"
	"partyline/persistence"
	"partyline/persistence/memory"
	"partyline/protocol"
)

// counter is the smallest state: it adds numbers, and panics where it is told to.
type counter struct{ sum int }

type added int

type add struct {
	n []int
	// boom panics: "decide" before anything, "apply" at the second fact.
	boom string
}

func (add) Check() *protocol.Error { return nil }

func (c *counter) Decide(dst []added, cmd protocol.Command, _ protocol.ClockReading) ([]added, *protocol.Error) {
	a := cmd.(add)
	if a.boom == "decide" {
		panic("decide")
	}
	for _, n := range a.n {
		dst = append(dst, added(n))
	}
	return dst, nil
}

func (c *counter) Apply(f added, _ protocol.Seq) {
	if f < 0 {
		panic("apply")
	}
	c.sum += int(f)
}

func (c *counter) Publish(dst []byte, f added, seq protocol.Seq) []byte {
	return strconv.AppendUint(dst, uint64(seq), 10)
}

func (c *counter) Answer(protocol.Command, []added) any { return c.sum }
func (c *counter) AppendSnapshot(dst []byte) []byte     { return strconv.AppendInt(dst, int64(c.sum), 10) }
func (c *counter) Restore(b []byte) (err error)         { c.sum, err = strconv.Atoi(string(b)); return err }

// bench is a ledger around a counter without an actor: the test is the mailbox.
type bench struct {
	t       *testing.T
	journal *memory.Journal
	ledger  *Ledger[added, *counter]
	woken   chan struct{}
	events  []string
	gate    *admission.Gate
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, journal: memory.New(memory.Options{}), woken: make(chan struct{}, 1000), gate: admission.New(10_000)}
	t.Cleanup(func() { _ = b.journal.Close() })
	b.ledger = New("counter", Kind[added, *counter]{
		New:        func() *counter { return &counter{} },
		AppendFact: func(dst []byte, f added) []byte { return strconv.AppendInt(dst, int64(f), 10) },
		ReadFact: func(data []byte) (added, error) {
			n, err := strconv.Atoi(string(data))
			return added(n), err
		},
		Version: 1,
	}, Hooks[added, *counter]{
		OnDurable: func(added) {},
		Publish: func(events [][]byte, _ protocol.Seq) {
			for _, e := range events {
				b.events = append(b.events, string(e))
			}
		},
		OnLoaded: func(*counter) {},
	}, &Env{
		SaveSnapshot: func(s persistence.Snapshot) { _ = b.journal.SaveSnapshot(context.Background(), s) },
		Journal:      b.journal, Now: time.Now, Clock: NewClock(nil, zerolog.Nop()), Log: zerolog.Nop(), Counters: &Counters{}})
	b.ledger.wake = func() { b.woken <- struct{}{} }
	if err := b.ledger.Load(); err != nil {
		t.Fatal(err)
	}
	return b
}

// told is the answer to one command.
type told struct {
	answer any
	code   protocol.Code
}

func (b *bench) send(cmd add) chan told {
	got := make(chan told, 2)
	pass, err := b.gate.Acquire(admission.ClassHost, 1)
	if err != nil {
		b.t.Fatal(err)
	}
	b.ledger.Handle(&Command{Cmd: cmd, Responder: Responder{Slots: pass, Done: func(answer any, err *protocol.Error) {
		if err != nil {
			got <- told{code: err.Code}
			return
		}
		got <- told{answer: answer}
	}}})
	return got
}

// settle plays the mailbox until nothing more comes.
func (b *bench) settle() {
	for {
		synctest.Wait()
		select {
		case <-b.woken:
			b.ledger.ReleaseDurable()
		default:
			return
		}
	}
}

func TestPanicFailsOnlyItsCommand(t *testing.T) {
	for _, c := range []struct {
		name string
		boom add
	}{
		{"in Decide", add{boom: "decide"}},
		{"in Apply, half way", add{n: []int{5, -1}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t)
				b.journal.Hold()
				before := b.send(add{n: []int{1, 1}})
				boom := b.send(c.boom)
				after := b.send(add{n: []int{10}})
				if got := <-boom; got.code != protocol.CodeInternal {
					t.Fatalf("the panic's sender: %+v", got)
				}
				if len(before)+len(after) > 0 {
					t.Fatal("answered before the commit")
				}
				b.journal.Release()
				b.settle()
				if got := <-before; got.answer != 2 {
					t.Fatalf("before the panic: %+v", got)
				}
				if got := <-after; got.answer != 12 {
					t.Fatalf("after the panic: %+v", got)
				}
				if want := []string{"1", "2", "3"}; len(b.events) != 3 || b.events[2] != want[2] {
					t.Fatalf("events %v", b.events)
				}
				if b.gate.InFlight() != 0 {
					t.Fatal("somebody still holds slots")
				}
			})
		})
	}
}

// TestQueriesAreAnsweredWhenTheCommitBeforeThemFails: fault tests found queries refused on a
// full disk, because a vote before them was.
func TestQueriesAreAnsweredWhenTheCommitBeforeThemFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		kept := b.send(add{n: []int{5}})
		b.settle()
		<-kept
		b.journal.Hold()
		lost := b.send(add{n: []int{1}})
		read := make(chan told, 1)
		pass, err := b.gate.Acquire(admission.ClassHost, 1)
		if err != nil {
			t.Fatal(err)
		}
		b.ledger.Handle(&Query[*counter]{
			Read: func(c *counter, _ protocol.Seq) (any, *protocol.Error) { return c.sum, nil },
			Responder: Responder{Slots: pass, Done: func(answer any, err *protocol.Error) {
				read <- told{answer: answer, code: codeIn(err)}
			}},
		})
		b.journal.FailNext(1, errors.New("disk on fire"))
		b.journal.Release()
		b.settle()
		if got := <-lost; got.code != protocol.CodeStorage {
			t.Fatalf("%+v", got)
		}
		if got := <-read; got.answer != 5 || got.code != "" {
			t.Fatalf("asked for the sum: %+v, want the 5 that is on disk", got)
		}
		if b.gate.InFlight() != 0 {
			t.Fatal("somebody still holds slots")
		}
	})
}

func codeIn(err *protocol.Error) protocol.Code {
	if err == nil {
		return ""
	}
	return err.Code
}

func TestDeferredCommandsWaitForTheReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.journal.Hold()
		lost := b.send(add{n: []int{1}})
		b.journal.FailNext(1, errors.New("disk on fire"))
		b.journal.Release()
		b.settle()
		if got := <-lost; got.code != protocol.CodeStorage {
			t.Fatalf("%+v", got)
		}
		next := b.send(add{n: []int{7}})
		b.settle()
		if got := <-next; got.answer != 7 {
			t.Fatalf("%+v", got)
		}
	})
}

func TestDamagedStreamIsNotReadForEveryRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		done := make(chan error, 1)
		b.journal.Append(persistence.Append{Stream: "counter", Records: [][]byte{[]byte("\x03abc")}, Done: func(o persistence.Outcome) { done <- o.Err }})
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		b.ledger.mustReload = true
		for range 3 {
			got := b.send(add{n: []int{1}})
			b.settle()
			if answer := <-got; answer.code != protocol.CodeCorrupt {
				t.Fatalf("%+v", answer)
			}
		}
		first := b.ledger.loadFailure.at
		time.Sleep(reloadPause)
		got := b.send(add{n: []int{1}})
		if answer := <-got; answer.code != protocol.CodeCorrupt || b.ledger.loadFailure.at == first {
			t.Fatalf("not tried again after a while: %+v", answer)
		}
	})
}

func TestSnapshotHoldsOnlyDurableFacts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		for range SnapshotIdle {
			b.send(add{n: []int{1}})
		}
		b.settle()
		b.journal.Hold()
		b.ledger.takeSnapshot()
		b.ledger.ReleaseDurable()
		b.journal.Release()
		b.settle()
		s, ok, err := b.journal.LoadSnapshot(t.Context(), "counter")
		if err != nil || !ok || s.Seq != SnapshotIdle || string(s.Data) != strconv.Itoa(SnapshotIdle) {
			t.Fatalf("%+v %v %v", s, ok, err)
		}
		b.journal.Hold()
		b.send(add{n: []int{1}})
		b.ledger.takeSnapshot()
		b.journal.FailNext(1, errors.New("disk on fire"))
		b.journal.Release()
		b.settle()
		s, _, _ = b.journal.LoadSnapshot(t.Context(), "counter")
		if s.Seq != SnapshotIdle {
			t.Fatal("a snapshot of a fact that was never written:", s.Seq)
		}
	})
}

// TestSnapshotsOfVersionsThatRestoreReads: from the oldest one on they are restored; a state
// whose snapshot is older or newer is replayed.
func TestSnapshotsOfVersionsThatRestoreReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.send(add{n: []int{1}})
		b.settle()
		b.ledger.kind.Version, b.ledger.kind.Oldest = 5, 3
		for version, want := range map[uint32]int{2: 1, 3: 100, 4: 100, 5: 100, 6: 1} {
			s := persistence.Snapshot{Stream: b.ledger.stream, Seq: 1, Version: version, Data: []byte("100")}
			if err := b.journal.SaveSnapshot(t.Context(), s); err != nil {
				t.Fatal(err)
			}
			if err := b.ledger.Load(); err != nil || b.ledger.State.sum != want {
				t.Errorf("version %d: %d (%v), want %d", version, b.ledger.State.sum, err, want)
			}
		}
	})
}
