package session

import (
	"cmp"
	"slices"

	"partyline/protocol"
)

// Addresses lists where the devices came in from that have voted, those with the most
// devices first, and of as many the one that voted last.
func (s *State) Addresses() protocol.GuestAddresses {
	at := map[protocol.AddressID]int{}
	rows := []protocol.GuestAddress{}
	for i := range s.devices.list {
		d := &s.devices.list[i]
		n, ok := at[d.address]
		if !ok {
			n = len(rows)
			at[d.address] = n
			rows = append(rows, protocol.GuestAddress{ID: d.address.String(), Network: d.address.Network().String(), FirstSeen: d.first, LastSeen: d.last})
		}
		rows[n] = d.joinRow(rows[n])
	}
	slices.SortStableFunc(rows, func(a, b protocol.GuestAddress) int {
		return cmp.Or(cmp.Compare(b.Devices, a.Devices), cmp.Compare(b.LastSeen, a.LastSeen))
	})
	return protocol.GuestAddresses{SessionID: s.id, Total: len(rows), Addresses: rows[:min(len(rows), protocol.MaxGuestAddresses)]}
}

// joinRow adds the device to the row of its address.
func (d *device) joinRow(row protocol.GuestAddress) protocol.GuestAddress {
	row.Devices++
	if d.voided {
		row.Voided++
	}
	for _, m := range d.votes {
		row.Votes += int64(m.ups) + int64(m.downs)
	}
	row.FirstSeen, row.LastSeen = min(row.FirstSeen, d.first), max(row.LastSeen, d.last)
	return row
}
