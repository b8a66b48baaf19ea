package session

import "partyline/protocol"

// devices remembers what each guest's phone thinks of each playing: its newest vote,
// which a newer one may take back. A phone costs about a hundred bytes, and 16 more
// for each game that it votes on.
//
// The zero value is ready to use.
type devices struct {
	places map[protocol.DeviceID]int32
	// list is in the order of first votes, which makes snapshots deterministic.
	list []device
}

type device struct {
	id    protocol.DeviceID
	marks []mark // one for each playing, in the order of first votes
}

// mark is the newest vote of a device for a playing.
type mark struct {
	at   protocol.Timestamp
	play int32 // the number of the playing, from 1
	up   bool
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

// last is when the device voted last, 0 for never.
func (d *devices) last(id protocol.DeviceID) (last protocol.Timestamp) {
	if i, ok := d.places[id]; ok {
		for _, m := range d.list[i].marks {
			last = max(last, m.at)
		}
	}
	return last
}

// note remembers a vote.
func (d *devices) note(f *VoteCast) {
	m := mark{at: f.At, play: number(f.Play), up: f.Type == protocol.VoteUp}
	if before := d.mark(f.Device, f.Play); before != nil {
		*before = m
		return
	}
	i, ok := d.places[f.Device]
	if !ok {
		d.insert(device{id: f.Device, marks: []mark{m}})
		return
	}
	d.list[i].marks = append(d.list[i].marks, m)
}

func (d *devices) insert(v device) {
	if d.places == nil {
		d.places = make(map[protocol.DeviceID]int32)
	}
	d.places[v.id] = int32(len(d.list))
	d.list = append(d.list, v)
}

// number is which of its session's playings it is, from 1.
func number(p protocol.PlayID) int32 { return int32(p % protocol.MaxPlays) }
