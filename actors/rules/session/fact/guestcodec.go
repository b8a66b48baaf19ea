package fact

import (
	"encoding/binary"

	"partyline/protocol"
)

// The body of a guest's stored vote, some 33 bytes. It is a kind of its own, so that
// the votes of which there are millions stay as small as they are:
//
//	uvarint  at, in milliseconds since 1970
//	varint   timestamp minus at
//	uvarint  play
//	uvarint  game
//	byte     1 up, 0 down; plus 2 when it takes back an up, plus 4 when a down
//	8 bytes  device, big-endian
//	uvarint  length of the name in bytes
//	bytes    the name, UTF-8

const (
	thumbUp byte = 1 << iota
	replacedUp
	replacedDown
)

func appendGuestVote(dst []byte, f *VoteCast) []byte {
	dst = appendVoteHead(dst, f)
	dst = append(dst, guestFlags(f))
	dst = binary.BigEndian.AppendUint64(dst, uint64(f.Device))
	return appendName(dst, f.Username)
}

func guestFlags(f *VoteCast) (flags byte) {
	if f.Type == protocol.VoteUp {
		flags = thumbUp
	}
	switch f.Replaced {
	case protocol.VoteUp:
		flags |= replacedUp
	case protocol.VoteDown:
		flags |= replacedDown
	}
	return flags
}

func readGuestVote(b []byte) (*VoteCast, error) {
	r := NewReader(b)
	f := r.voteHead()
	flags := r.Byte()
	device := r.Take(8)
	f.Username = r.name()
	if !r.Done() || flags&^(thumbUp|replacedUp|replacedDown) != 0 || flags&replacedUp != 0 && flags&replacedDown != 0 {
		return nil, errVote()
	}
	f.Device = protocol.DeviceID(binary.BigEndian.Uint64(device))
	if f.Type = protocol.VoteDown; flags&thumbUp != 0 {
		f.Type = protocol.VoteUp
	}
	switch {
	case flags&replacedUp != 0:
		f.Replaced = protocol.VoteUp
	case flags&replacedDown != 0:
		f.Replaced = protocol.VoteDown
	}
	if f.Device == 0 {
		return nil, errVote()
	}
	return f, nil
}
