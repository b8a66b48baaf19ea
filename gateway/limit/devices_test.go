package limit

import (
	"testing"

	"partyline/protocol"
)

// TestClosedSocketsAreNotCounted for another socket of the device, and nothing is remembered of
// devices that are gone.
func TestClosedSocketsAreNotCounted(t *testing.T) {
	type socket struct{ _ byte } // not empty: each has an address of its own
	var p DeviceSockets[*socket]
	add := func(k *socket, who protocol.Principal) *socket {
		oldest, _ := p.Add(k, who)
		return oldest
	}
	ann := protocol.Principal{Role: protocol.RoleGuest, Session: 1, Device: 0xa}
	abroad := ann
	abroad.Session = 2
	var all []*socket
	for range DeviceSocketsOpen.Most {
		k := new(socket)
		all = append(all, k)
		if add(k, ann) != nil || add(new(socket), abroad) != nil {
			t.Fatal("no room for so many")
		}
	}
	p.Remove(all[1], ann)
	if add(all[1], ann) != nil {
		t.Error("one that has gone is counted")
	}
	if add(new(socket), ann) != all[0] {
		t.Error("not the oldest makes room")
	}
	p.Remove(all[0], ann) // it was taken out before
	for _, open := range p.byDevice {
		for _, k := range append([]*socket(nil), open...) {
			p.Remove(k, ann)
			p.Remove(k, abroad)
		}
	}
	if len(p.byDevice) != 0 {
		t.Errorf("%d devices are remembered", len(p.byDevice))
	}
}
