package gateway

import (
	"testing"

	"partyline/protocol"
)

// TestWhoHasGoneLeavesRoom for another socket of the device, and nothing is remembered of
// devices that are gone.
func TestWhoHasGoneLeavesRoom(t *testing.T) {
	var p deviceSockets
	ann := protocol.Principal{Role: protocol.RoleGuest, Session: 1, Device: 0xa}
	abroad := ann
	abroad.Session = 2
	var all []*socket
	for range maxDeviceSockets {
		k := new(socket)
		all = append(all, k)
		if p.add(k, ann) != nil || p.add(new(socket), abroad) != nil {
			t.Fatal("no room for so many")
		}
	}
	p.remove(all[1], ann)
	if p.add(all[1], ann) != nil {
		t.Error("one that has gone is counted")
	}
	if p.add(new(socket), ann) != all[0] {
		t.Error("not the oldest makes room")
	}
	p.remove(all[0], ann) // it was taken out before
	for _, open := range p.byDevice {
		for _, k := range append([]*socket(nil), open...) {
			p.remove(k, ann)
			p.remove(k, abroad)
		}
	}
	if len(p.byDevice) != 0 {
		t.Errorf("%d devices are remembered", len(p.byDevice))
	}
}
