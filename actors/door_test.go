package actors

import (
	"testing"

	"partyline/protocol"
)

// fill has as many come in as may, up to a bound, and says how many.
func (d *door) fill(c Class, most int) (n int) {
	for n < most {
		if _, err := d.enter(c, 1); err != nil {
			return n
		}
		n++
	}
	return n
}

func TestALargeBatchTakesMorePlacesAtTheDoor(t *testing.T) {
	d := newDoor(100)
	large := places(&protocol.CastVotes{Votes: make([]protocol.CastVote, protocol.MaxBatchVotes)})
	batch, err := d.enter(ClassBot, large)
	if err != nil {
		t.Fatal("alone it may come in:", err)
	}
	if _, err := d.enter(ClassHost, 1); err == nil {
		t.Fatal("the door is full")
	}
	batch.leave()
	host, err := d.enter(ClassHost, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.enter(ClassBot, large); err == nil {
		t.Fatal("let in beside another")
	}
	host.leave()
	if n := d.inside.Load(); n != 0 {
		t.Fatal("inside:", n)
	}
	for class := range d.of {
		if n := d.of[class].Load(); n != 0 {
			t.Errorf("class %d: %d inside", class, n)
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
		d := newDoor(limit)
		for i, class := range c.order {
			if n := d.fill(class, 2*limit); n != c.want[i] {
				t.Errorf("%s: %d of class %d are let in, want %d", c.name, n, class, c.want[i])
			}
		}
	}
}

func TestVotesAreOfTheClassOfWhoeverVotes(t *testing.T) {
	for _, c := range []struct {
		cmd  protocol.Command
		want Class
	}{
		{&protocol.CastVote{}, ClassBot}, {&protocol.CastVotes{}, ClassBot}, {&protocol.CastGuestVote{}, ClassGuest},
		{&protocol.CastPollVote{}, ClassBot}, {&protocol.CastPollVote{Device: 7}, ClassGuest}, {protocol.CloseSession{}, ClassHost},
	} {
		if got := classOf(c.cmd); got != c.want {
			t.Errorf("%T is of class %d, want %d", c.cmd, got, c.want)
		}
	}
}

// TestASmallDoorLetsEachClassInAlone: with room for one at a time.
func TestASmallDoorLetsEachClassInAlone(t *testing.T) {
	for _, class := range []Class{ClassHost, ClassBot, ClassGuest, ClassStranger} {
		d := newDoor(1)
		p, err := d.enter(class, 1)
		if err != nil {
			t.Fatalf("class %d: %v", class, err)
		}
		if _, err := d.enter(class, 1); err == nil {
			t.Errorf("class %d: two are inside", class)
		}
		p.leave()
	}
}
