package session

import (
	"encoding/binary"
	"math"
	"slices"

	"partyline/actors/session/fact"
	"partyline/protocol"
)

// ballots remembers what each voter of a poll wants. A voter costs some 80 bytes; the
// poll bounds how many there are.
//
// The zero value is ready to use.
type ballots struct {
	places map[string]int32
	// list is in the order of first votes, which makes snapshots deterministic.
	list []ballot
}

type ballot struct {
	voter   string // the key of elector
	choice  uint8
	changes uint8 // votes after the first, up to the highest number
}

// elector is who has one vote: a guest's device, or the name that somebody else gives.
type elector struct {
	device protocol.DeviceID
	name   string
}

// key appends the bytes under which votes are of one elector: the folded name or, after
// a byte that no name begins with, the device.
func (e elector) key(dst []byte) []byte {
	if e.device != 0 {
		return binary.BigEndian.AppendUint64(append(dst, 0), uint64(e.device))
	}
	return fact.Fold(dst, e.name)
}

// of is what the elector wants so far, the zero ballot for somebody new.
func (b *ballots) of(e elector) ballot {
	var room [fact.MaxFolded]byte
	if i, ok := b.places[string(e.key(room[:0]))]; ok {
		return b.list[i]
	}
	return ballot{}
}

// cast replaces what the elector wants, and says what it was.
func (b *ballots) cast(e elector, choice int) (before int) {
	var room [fact.MaxFolded]byte
	key := e.key(room[:0])
	i, ok := b.places[string(key)]
	if !ok {
		b.insert(ballot{voter: string(key), choice: uint8(choice)})
		return 0
	}
	v := &b.list[i]
	before, v.choice = int(v.choice), uint8(choice)
	v.changes += min(1, math.MaxUint8-v.changes)
	return before
}

// forget removes what devices have wanted.
func (b *ballots) forget(ids []protocol.DeviceID) {
	var room [fact.MaxFolded]byte
	gone := make(map[string]bool, len(ids))
	for _, id := range ids {
		gone[string(elector{device: id}.key(room[:0]))] = true
	}
	left := slices.DeleteFunc(b.list, func(v ballot) bool { return gone[v.voter] })
	*b = ballots{}
	for _, v := range left {
		b.insert(v)
	}
}

func (b *ballots) insert(v ballot) {
	if b.places == nil {
		b.places = make(map[string]int32)
	}
	b.places[v.voter] = int32(len(b.list))
	b.list = append(b.list, v)
}

func (b *ballots) len() int { return len(b.list) }
