package session

import (
	"encoding/binary"
	"math"

	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// readDevices reads what devices.append writes; plays is how many plays there are.
func readDevices(r *fact.Reader, plays int) devices {
	n := r.Length(len(r.Rest))
	if n == 0 {
		return devices{}
	}
	// A device takes at least 21 bytes, so a damaged count cannot ask for much.
	room := min(n, len(r.Rest)/21)
	d := devices{index: make(map[protocol.DeviceID]int32, room), list: make([]device, 0, room)}
	for range n {
		v := readDevice(r, plays)
		if _, twice := d.index[v.id]; twice || v.id == 0 {
			r.Fail()
		}
		if r.Failed {
			return devices{}
		}
		d.insert(v)
	}
	return d
}

func readDevice(r *fact.Reader, plays int) (v device) {
	id, address := r.Take(8), r.Take(8)
	v.first, v.last, v.voided = r.Timestamp(), r.Timestamp(), r.Bool()
	v.changes = uint32(r.UvarintAtMost(math.MaxUint32))
	n := r.Length(plays)
	if r.Failed {
		return v
	}
	v.id, v.address = protocol.DeviceID(binary.BigEndian.Uint64(id)), protocol.AddressID(binary.BigEndian.Uint64(address))
	for range n {
		play := r.Length(2*plays + 1)
		m := playVote{at: r.Timestamp(), play: int32(play >> 1), up: play&1 == 1, changes: uint16(r.Length(math.MaxUint16))}
		m.ups, m.downs = uint32(r.UvarintAtMost(math.MaxUint32)), uint32(r.UvarintAtMost(math.MaxUint32))
		if m.at == 0 || m.play == 0 || v.vote(m.play) != nil {
			r.Fail()
		}
		if r.Failed {
			return v
		}
		v.votes = append(v.votes, m)
	}
	return v
}
