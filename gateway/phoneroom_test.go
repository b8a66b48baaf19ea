package gateway

import (
	"testing"

	"partyline/protocol"
)

// TestWhoHasGoneLeavesRoom for another socket of the device, and nothing is remembered of
// devices that are gone.
func TestWhoHasGoneLeavesRoom(t *testing.T) {
	var p phoneSockets
	ann := protocol.Principal{Role: protocol.RoleGuest, Session: 1, Device: 0xa}
	abroad := ann
	abroad.Session = 2
	var all []*socket
	for range maxPhoneSockets {
		k := new(socket)
		all = append(all, k)
		if p.join(k, ann) != nil || p.join(new(socket), abroad) != nil {
			t.Fatal("no room for so many")
		}
	}
	p.leave(all[1], ann)
	if p.join(all[1], ann) != nil {
		t.Error("one that has gone is counted")
	}
	if p.join(new(socket), ann) != all[0] {
		t.Error("not the oldest makes room")
	}
	p.leave(all[0], ann) // it was taken out before
	for _, open := range p.of {
		for _, k := range append([]*socket(nil), open...) {
			p.leave(k, ann)
			p.leave(k, abroad)
		}
	}
	if len(p.of) != 0 {
		t.Errorf("%d devices are remembered", len(p.of))
	}
}
