package session

import (
	"math"
	"slices"

	"partyline/actors/session/fact"
	"partyline/protocol"
)

// devices remembers what each guest's phone thinks of each playing: its newest vote,
// which a newer one may take back, and how many of its votes count. A phone costs about
// 120 bytes, and 24 more for each game that it votes on.
//
// The zero value is ready to use.
type devices struct {
	places map[protocol.DeviceID]int32
	// list is in the order of first votes, which makes snapshots deterministic.
	list []device
	// changes are those of all devices of a site, without those whose address is not known.
	changes map[protocol.NetworkID]int64
}

// device has voted in the session, for a playing or in a poll.
type device struct {
	id      protocol.DeviceID
	address protocol.AddressID // 0 when it is not known
	// first and last are when it voted first and last, also in polls.
	first, last protocol.Timestamp
	// voided says that the host has taken all its votes back. Then it has no marks.
	voided bool
	// changes counts its votes that were not its first for a playing or in a poll.
	changes uint32
	marks   []mark // one for each playing, in the order of first votes
}

// mark is the newest vote of a device for a playing.
type mark struct {
	at   protocol.Timestamp
	play int32 // the number of the playing, from 1
	// ups and downs are the device's votes for the playing that count.
	ups, downs uint32
	// changes counts its votes for the playing after the first, up to the highest number.
	changes uint16
	up      bool
}

func (m *mark) thumb() protocol.VoteType {
	if m.up {
		return protocol.VoteUp
	}
	return protocol.VoteDown
}

// mark finds the newest vote of a device for a playing, nil when it has none.
func (d *devices) mark(id protocol.DeviceID, p protocol.PlayID) *mark {
	i, ok := d.places[id]
	if !ok {
		return nil
	}
	return d.list[i].mark(number(p))
}

// has says whether the device has voted.
func (d *devices) has(id protocol.DeviceID) bool {
	_, ok := d.places[id]
	return ok
}

// mark finds the newest vote for the playing of that number. What is being played is
// nearly always the last.
func (v *device) mark(play int32) *mark {
	for i := len(v.marks) - 1; i >= 0; i-- {
		if v.marks[i].play == play {
			return &v.marks[i]
		}
	}
	return nil
}

// near says whether a newest vote of the device, for whatever playing, is less than a
// window away. Which of them was the last no clock that was set can tell.
func (d *devices) near(id protocol.DeviceID, now protocol.Timestamp) bool {
	i, ok := d.places[id]
	return ok && slices.ContainsFunc(d.list[i].marks, func(m mark) bool { return m.at-window < now && now < m.at+window })
}

// note remembers a vote.
func (d *devices) note(f *fact.VoteCast) {
	v := d.meet(f.Device, f.Address, f.At)
	m := v.mark(number(f.Play))
	if m == nil {
		v.marks = append(v.marks, mark{play: number(f.Play)})
		m = &v.marks[len(v.marks)-1]
	} else {
		m.changes += min(1, math.MaxUint16-m.changes)
		d.changed(v)
	}
	m.at, m.up = f.At, f.Type == protocol.VoteUp
	m.count(f.Type, 1)
	m.count(f.Replaced, -1)
}

// meet finds a device that votes at that moment, or begins one that came in from the
// address.
func (d *devices) meet(id protocol.DeviceID, from protocol.AddressID, at protocol.Timestamp) *device {
	i, ok := d.places[id]
	if !ok {
		i = int32(len(d.list))
		d.insert(device{id: id, address: from, first: at})
	}
	v := &d.list[i]
	v.last = max(v.last, at) // the clock may have been set back
	return v
}

// find is a device that has voted, nil for any other.
func (d *devices) find(id protocol.DeviceID) *device {
	if i, ok := d.places[id]; ok {
		return &d.list[i]
	}
	return nil
}

// voided says whether the votes of a device were taken back.
func (d *devices) voided(id protocol.DeviceID) bool {
	v := d.find(id)
	return v != nil && v.voided
}

// changed counts a vote of the device that was not its first.
func (d *devices) changed(v *device) {
	v.changes++
	d.count(v.address.Network(), 1)
}

// count adds to the changes of a site.
func (d *devices) count(s protocol.NetworkID, n int64) {
	if s == 0 || n == 0 {
		return
	}
	if d.changes == nil {
		d.changes = make(map[protocol.NetworkID]int64)
	}
	d.changes[s] += n
}

func (d *devices) insert(v device) {
	if d.places == nil {
		d.places = make(map[protocol.DeviceID]int32)
	}
	d.places[v.id] = int32(len(d.list))
	d.list = append(d.list, v)
	d.count(v.address.Network(), int64(v.changes))
}

// count adds n votes that count; none of a kind is fewer than none, whatever facts say.
func (m *mark) count(thumb protocol.VoteType, n int) {
	of := &m.downs
	switch thumb {
	case "":
		return
	case protocol.VoteUp:
		of = &m.ups
	}
	if n < 0 && *of == 0 {
		return
	}
	*of += uint32(n)
}

// number is which of its session's playings it is, from 1.
func number(p protocol.PlayID) int32 { return int32(p % protocol.MaxPlays) }
