package admission

import (
	"testing"

	"partyline/protocol"
)

// fill acquires single slots until one is refused, at most so many, and counts them.
func (d *Gate) fill(c Class, most int) (n int) {
	for n < most {
		if _, err := d.Acquire(c, 1); err != nil {
			return n
		}
		n++
	}
	return n
}

func TestALargeBatchTakesMoreSlots(t *testing.T) {
	d := New(100)
	large := SlotsFor(&protocol.CastVotes{Votes: make([]protocol.CastVote, protocol.MaxBatchVotes)})
	batch, err := d.Acquire(ClassBot, large)
	if err != nil {
		t.Fatal("a batch larger than the limit is not admitted alone:", err)
	}
	if _, err := d.Acquire(ClassHost, 1); err == nil {
		t.Fatal("admitted beyond the limit")
	}
	batch.Release()
	host, err := d.Acquire(ClassHost, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Acquire(ClassBot, large); err == nil {
		t.Fatal("a batch larger than the limit is admitted beside another request")
	}
	host.Release()
	if n := d.inFlight.Load(); n != 0 {
		t.Fatal("in flight:", n)
	}
	for class := range d.byClass {
		if n := d.byClass[class].Load(); n != 0 {
			t.Errorf("class %d: %d in flight", class, n)
		}
	}
}

// TestEachClassLeavesRoomForTheOthers, whatever it does and in whatever order they come.
func TestEachClassLeavesRoomForTheOthers(t *testing.T) {
	const limit = 1600 // a sixteenth is 100
	for _, c := range []struct {
		name  string
		order []Class
		want  []int
	}{
		{"strangers who read", []Class{ClassStranger, ClassBot, ClassGuest, ClassHost}, []int{200, 1100, 200, 100}},
		{"a bot gone wild", []Class{ClassBot, ClassGuest, ClassStranger, ClassHost}, []int{1100, 400, 0, 100}},
		{"a hall of phones", []Class{ClassGuest, ClassStranger, ClassBot, ClassHost}, []int{1100, 200, 200, 100}},
		{"the host", []Class{ClassHost, ClassBot}, []int{1600, 0}},
	} {
		d := New(limit)
		for i, class := range c.order {
			if n := d.fill(class, 2*limit); n != c.want[i] {
				t.Errorf("%s: %d of class %d are admitted, want %d", c.name, n, class, c.want[i])
			}
		}
	}
}

func TestClassOfCommands(t *testing.T) {
	for _, c := range []struct {
		cmd  protocol.Command
		want Class
	}{
		{&protocol.CastVote{}, ClassBot}, {&protocol.CastVotes{}, ClassBot}, {&protocol.CastGuestVote{}, ClassGuest},
		{&protocol.CastPollVote{}, ClassBot}, {&protocol.CastPollVote{Device: 7}, ClassGuest}, {protocol.CloseSession{}, ClassHost},
	} {
		if got := ClassOf(c.cmd); got != c.want {
			t.Errorf("%T is of class %d, want %d", c.cmd, got, c.want)
		}
	}
}

// TestOneSlotAdmitsEachClassAlone: with one slot each class can still be admitted.
func TestOneSlotAdmitsEachClassAlone(t *testing.T) {
	for _, class := range []Class{ClassHost, ClassBot, ClassGuest, ClassStranger} {
		d := New(1)
		p, err := d.Acquire(class, 1)
		if err != nil {
			t.Fatalf("class %d: %v", class, err)
		}
		if _, err := d.Acquire(class, 1); err == nil {
			t.Errorf("class %d: two are admitted", class)
		}
		p.Release()
	}
}
