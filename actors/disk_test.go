package actors_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"partyline/actors"
	"partyline/persistence/badger"
	"partyline/protocol"
)

// TestFullDiskRecovers drives the hub on a real folder through a full
// disk: every vote is answered, those that were accepted are there, and no others.
func TestFullDiskRecovers(t *testing.T) {
	var room atomic.Uint64
	room.Store(2*badger.DefaultReserveBytes - 1) // so little that every write checks the free space
	j, err := badger.Open(badger.Options{Dir: t.TempDir(), Free: func(string) (uint64, error) { return room.Load(), nil }})
	if err != nil {
		t.Fatal(err)
	}
	e := &fixture{t: t}
	e.hub = e.startWith(actors.Options{Journal: j})
	t.Cleanup(func() {
		e.stop()
		_ = j.Close()
	})
	e.session = do[protocol.Session](t, e.hub, protocol.CreateSession{}).ID
	do[protocol.SessionGame](t, e.hub, protocol.AddGame{ID: e.session, GameID: 1})
	accepted := 0
	for i := range 30 {
		full := i >= 10 && i < 20
		if full {
			room.Store(badger.DefaultReserveBytes - 1)
		} else {
			room.Store(badger.DefaultReserveBytes)
		}
		_, err := e.vote(fmt.Sprint("voter", i), protocol.VoteUp)
		switch {
		case full && codeOf(err) != protocol.CodeStorage:
			t.Fatalf("vote %d on a full disk: %v", i, err)
		case !full && err != nil:
			t.Fatalf("vote %d with room: %v", i, err)
		case err == nil:
			accepted++
		}
		if got := e.hub.Health() != nil; got != full {
			t.Fatalf("vote %d: unwell %v on a full disk %v", i, got, full)
		}
		if _, err := e.hub.SessionVotes(t.Context(), e.session); err != nil {
			t.Fatal("reads go on:", err)
		}
	}
	v, err := e.hub.SessionVotes(t.Context(), e.session)
	if err != nil || v.Votes[0].TotalVotes != int64(accepted) || accepted != 20 {
		t.Fatalf("%d accepted, %+v, %v", accepted, v, err)
	}
}
