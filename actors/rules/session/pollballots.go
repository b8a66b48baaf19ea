package session

import (
	"encoding/binary"
	"math"
	"slices"

	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// ballots holds the vote of each voter in a poll. A voter costs some 80 bytes;
// protocol.MaxPollVoters bounds their number.
//
// The zero value is ready to use.
type ballots struct {
	index map[string]int32
	// list is in the order of first votes, which makes snapshots deterministic.
	list []ballot
}

type ballot struct {
	voter   string // the key of its voterKey
	choice  uint8
	changes uint8 // votes after the first, saturating
}

// voterKey identifies a voter: a guest's device, or the name in another client's request.
type voterKey struct {
	device protocol.DeviceID
	name   string
}

// key appends the bytes that are equal for votes of one voter: the folded name or, after a
// byte that no name begins with, the device.
func (e voterKey) key(dst []byte) []byte {
	if e.device != 0 {
		return binary.BigEndian.AppendUint64(append(dst, 0), uint64(e.device))
	}
	return fact.Fold(dst, e.name)
}

// of returns the voter's ballot, the zero ballot for a new voter.
func (b *ballots) of(e voterKey) ballot {
	var room [fact.MaxFolded]byte
	if i, ok := b.index[string(e.key(room[:0]))]; ok {
		return b.list[i]
	}
	return ballot{}
}

// cast replaces the voter's choice and returns the one before, 0 for none.
func (b *ballots) cast(e voterKey, choice int) (before int) {
	var room [fact.MaxFolded]byte
	key := e.key(room[:0])
	i, ok := b.index[string(key)]
	if !ok {
		b.insert(ballot{voter: string(key), choice: uint8(choice)})
		return 0
	}
	v := &b.list[i]
	before, v.choice = int(v.choice), uint8(choice)
	v.changes += min(1, math.MaxUint8-v.changes)
	return before
}

// forget removes the ballots of devices.
func (b *ballots) forget(ids []protocol.DeviceID) {
	var room [fact.MaxFolded]byte
	gone := make(map[string]bool, len(ids))
	for _, id := range ids {
		gone[string(voterKey{device: id}.key(room[:0]))] = true
	}
	left := slices.DeleteFunc(b.list, func(v ballot) bool { return gone[v.voter] })
	*b = ballots{}
	for _, v := range left {
		b.insert(v)
	}
}

func (b *ballots) insert(v ballot) {
	if b.index == nil {
		b.index = make(map[string]int32)
	}
	b.index[v.voter] = int32(len(b.list))
	b.list = append(b.list, v)
}

func (b *ballots) len() int { return len(b.list) }
