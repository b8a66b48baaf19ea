package session

import (
	"math"
	"slices"

	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// devices holds the votes of each guest's phone for each play: its newest vote, which a newer
// one may replace, and how many of its votes count. A phone costs about 120 bytes, and 24
// more for each play that it votes on.
//
// The zero value is ready to use.
type devices struct {
	index map[protocol.DeviceID]int32
	// list is in the order of first votes, which makes snapshots deterministic.
	list []device
	// changes sums the changes of all devices of a network; devices without a known address are
	// left out.
	changes map[protocol.NetworkID]int64
}

// device is a phone that has voted in the session, for a play or in a poll.
type device struct {
	id      protocol.DeviceID
	address protocol.AddressID // 0 for unknown
	// first and last are the times of its first and last vote, also in polls.
	first, last protocol.Timestamp
	// voided says that the host has voided its votes. Then votes is empty.
	voided bool
	// changes counts its votes after the first one for a play or poll.
	changes uint32
	votes   []playVote // one for each play, in the order of first votes
}

// playVote is the newest vote of a device for a play.
type playVote struct {
	at   protocol.Timestamp
	play int32 // the number of the play, from 1
	// ups and downs count the device's votes for the play that count.
	ups, downs uint32
	// changes counts its votes for the play after the first, saturating.
	changes uint16
	up      bool
}

func (m *playVote) voteType() protocol.VoteType {
	if m.up {
		return protocol.VoteUp
	}
	return protocol.VoteDown
}

// vote returns the newest vote of a device for a play, nil for none.
func (d *devices) vote(id protocol.DeviceID, p protocol.PlayID) *playVote {
	i, ok := d.index[id]
	if !ok {
		return nil
	}
	return d.list[i].vote(playNumber(p))
}

// has says whether the device has voted.
func (d *devices) has(id protocol.DeviceID) bool {
	_, ok := d.index[id]
	return ok
}

// vote returns the newest vote for the play of that number, nil for none. It is nearly always
// the last.
func (v *device) vote(play int32) *playVote {
	for i := len(v.votes) - 1; i >= 0; i-- {
		if v.votes[i].play == play {
			return &v.votes[i]
		}
	}
	return nil
}

// votedRecently says whether a newest vote of the device, for any play, is less than a
// duplicateWindow away: after the clock was set, nothing tells which of them was the last.
func (d *devices) votedRecently(id protocol.DeviceID, now protocol.Timestamp) bool {
	i, ok := d.index[id]
	return ok && slices.ContainsFunc(d.list[i].votes, func(m playVote) bool { return m.at-duplicateWindow < now && now < m.at+duplicateWindow })
}

// addVote adds a vote.
func (d *devices) addVote(f *fact.VoteCast) {
	v := d.findOrAdd(f.Device, f.Address, f.At)
	m := v.vote(playNumber(f.Play))
	if m == nil {
		v.votes = append(v.votes, playVote{play: playNumber(f.Play)})
		m = &v.votes[len(v.votes)-1]
	} else {
		m.changes += min(1, math.MaxUint16-m.changes)
		d.addChange(v)
	}
	m.at, m.up = f.At, f.Type == protocol.VoteUp
	m.add(f.Type, 1)
	m.add(f.Replaced, -1)
}

// findOrAdd returns the device that votes at that time, adding a new one with its address.
func (d *devices) findOrAdd(id protocol.DeviceID, from protocol.AddressID, at protocol.Timestamp) *device {
	i, ok := d.index[id]
	if !ok {
		i = int32(len(d.list))
		d.insert(device{id: id, address: from, first: at})
	}
	v := &d.list[i]
	v.last = max(v.last, at) // the clock may have been set back
	return v
}

// find returns a device that has voted, nil for any other.
func (d *devices) find(id protocol.DeviceID) *device {
	if i, ok := d.index[id]; ok {
		return &d.list[i]
	}
	return nil
}

// voided says whether the votes of a device were voided.
func (d *devices) voided(id protocol.DeviceID) bool {
	v := d.find(id)
	return v != nil && v.voided
}

// addChange counts a vote of the device after its first.
func (d *devices) addChange(v *device) {
	v.changes++
	d.addNetworkChanges(v.address.Network(), 1)
}

// addNetworkChanges adds to the changes of a network.
func (d *devices) addNetworkChanges(s protocol.NetworkID, n int64) {
	if s == 0 || n == 0 {
		return
	}
	if d.changes == nil {
		d.changes = make(map[protocol.NetworkID]int64)
	}
	d.changes[s] += n
}

func (d *devices) insert(v device) {
	if d.index == nil {
		d.index = make(map[protocol.DeviceID]int32)
	}
	d.index[v.id] = int32(len(d.list))
	d.list = append(d.list, v)
	d.addNetworkChanges(v.address.Network(), int64(v.changes))
}

// add adds n votes that count. A number never falls below zero, whatever facts say.
func (m *playVote) add(thumb protocol.VoteType, n int) {
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

// playNumber returns the number of a play within its session, from 1.
func playNumber(p protocol.PlayID) int32 { return int32(p % protocol.MaxPlays) }
