package session

import (
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// The messages to a device that has reached a limit, which is %d.
const (
	tooManyChanges = "This device has changed its vote %d times and cannot change it again"
	tooManyVotes   = "This device has voted %d more times for this game, which is the limit"
)

// checkChangeLimit refuses a vote after the first one of a device for a play or poll, when
// the device or its network has reached the limit. Each vote is stored for ever, and anybody
// who sees the code can pretend to be many devices: without a limit one address could fill
// the disk in an evening. The refusal is final for the play or poll, or for the session.
func (d *devices) checkChangeLimit(id protocol.DeviceID, changes, most int, sentence string) *protocol.Error {
	if changes >= most {
		return protocol.Errorf(protocol.CodeDuplicateVote, sentence, most).With("limit", most)
	}
	i, ok := d.index[id]
	if !ok || d.changes[d.list[i].address.Network()] < protocol.MaxNetworkExtraVotes {
		return nil
	}
	return protocol.Errorf(protocol.CodeConflict, "The devices behind this address have changed %d votes in this session; only first votes count now", protocol.MaxNetworkExtraVotes).
		With("limit", protocol.MaxNetworkExtraVotes)
}

// addressIfNew returns the address to store with a vote: only a device's first vote has it.
func (d *devices) addressIfNew(id protocol.DeviceID, from protocol.AddressID) protocol.AddressID {
	if id == 0 || d.has(id) {
		return 0
	}
	return from
}

// addPollVote remembers that a device has voted in a poll.
func (d *devices) addPollVote(f *fact.PollVoted, again bool) {
	if f.Device == 0 {
		return
	}
	v := d.findOrAdd(f.Device, f.Address, f.At)
	if again {
		d.addChange(v)
	}
}
