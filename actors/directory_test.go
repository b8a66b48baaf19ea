package actors

import (
	"testing"

	"partyline/protocol"
)

func TestVotesDoNotGoToASessionThatIsOnlyBeginning(t *testing.T) {
	d := newDirectory(2, 0, nil)
	first, _ := d.reserve()
	if d.newest() != 0 {
		t.Fatal("votes would go to a session that is not on disk")
	}
	d.note(first, true, true)
	second, _ := d.reserve()
	if d.newest() != first {
		t.Fatal("newest is", d.newest())
	}
	if _, err := d.reserve(); err == nil || err.Code != protocol.CodeActiveSession {
		t.Fatal("a beginning session counts against the limit:", err)
	}
	d.note(second, true, true)
	if d.newest() != second {
		t.Fatal("newest is", d.newest())
	}
	d.note(second, true, false)
	if d.newest() != first || d.reserveFails() {
		t.Fatal("a closed session is in the way")
	}
}

func (d *directory) reserveFails() bool {
	_, err := d.reserve()
	return err != nil
}

func TestALargeBatchTakesMorePlacesAtTheDoor(t *testing.T) {
	d := newDoor(100)
	large := places(&protocol.CastVotes{Votes: make([]protocol.CastVote, protocol.MaxBatchVotes)})
	if err := d.enter(large); err != nil {
		t.Fatal("alone it may come in:", err)
	}
	if err := d.enter(1); err == nil {
		t.Fatal("the door is full")
	}
	d.leave(large)
	if err := d.enter(1); err != nil {
		t.Fatal(err)
	}
	if err := d.enter(large); err == nil {
		t.Fatal("let in beside another")
	}
	d.leave(1)
	if n := d.inside.Load(); n != 0 {
		t.Fatal("inside:", n)
	}
}

func TestVotesLeaveRoomForTheHost(t *testing.T) {
	h := &Hub{door: newDoor(32)}
	kinds := []protocol.Command{&protocol.CastVote{}, &protocol.CastVotes{}, &protocol.CastGuestVote{}, &protocol.VotePoll{}}
	for i := range 30 {
		if err := h.admit(kinds[i%len(kinds)], 1); err != nil {
			t.Fatal(err)
		}
	}
	for _, vote := range kinds {
		if err := h.admit(vote, 1); err == nil || err.Code != protocol.CodeOverloaded {
			t.Fatalf("%T took of the reserve: %v", vote, err)
		}
	}
	for range 2 {
		if err := h.admit(protocol.CloseSession{}, 1); err != nil {
			t.Fatal("the host was sent away:", err)
		}
	}
	if err := h.admit(protocol.CloseSession{}, 1); err == nil {
		t.Fatal("the door has no end")
	}
}
