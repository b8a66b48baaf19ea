package session

import (
	"partyline/actors/session/fact"
	"partyline/protocol"
)

// The sentences for a device that has voted often enough; %d is how often.
const (
	changedEnough = "This device has changed its mind %d times, its vote stands"
	pressedEnough = "This device has voted %d times more for this game, that is enough"
)

// enough refuses a vote that is not the device's first for its playing or poll. Each is a
// record for ever, and anybody who sees the code can be many devices: without a bound one
// address fills the disk in an evening. What it says holds for the playing or poll, or
// for the rest of the session: asking again does not help.
func (d *devices) enough(id protocol.DeviceID, changes, most int, sentence string) *protocol.Error {
	if changes >= most {
		return protocol.Errorf(protocol.CodeDuplicateVote, sentence, most).With("limit", most)
	}
	i, ok := d.places[id]
	if !ok || d.changes[d.list[i].address.Network()] < protocol.MaxNetworkExtraVotes {
		return nil
	}
	return protocol.Errorf(protocol.CodeConflict, "The devices behind this address have changed %d votes in this session; only first votes count now", protocol.MaxNetworkExtraVotes).
		With("limit", protocol.MaxNetworkExtraVotes)
}

// introduce is what a fact tells of a device's address: only the first one does.
func (d *devices) introduce(id protocol.DeviceID, from protocol.AddressID) protocol.AddressID {
	if id == 0 || d.has(id) {
		return 0
	}
	return from
}

// choose remembers that a device has voted in a poll.
func (d *devices) choose(f *fact.PollVoted, again bool) {
	if f.Device == 0 {
		return
	}
	v := d.meet(f.Device, f.Address, f.At)
	if again {
		d.changed(v)
	}
}
