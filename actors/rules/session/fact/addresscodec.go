package fact

import (
	"encoding/binary"

	"partyline/protocol"
)

// The first vote of a guest's device in the session is stored as its later ones are, with
// the address in front: 8 bytes, big-endian, not 0. They are kinds of their own, so that
// the votes of which there are many stay as small as they are.

const addressBytes = 8

func appendAddress(dst []byte, a protocol.AddressID) []byte {
	return binary.BigEndian.AppendUint64(dst, uint64(a))
}

// cutAddress splits the address from the rest; ok is false when there is none.
func cutAddress(b []byte) (a protocol.AddressID, rest []byte, ok bool) {
	if len(b) < addressBytes {
		return 0, nil, false
	}
	a = protocol.AddressID(binary.BigEndian.Uint64(b))
	return a, b[addressBytes:], a != 0
}

func readFirstGuestVote(b []byte) (*VoteCast, error) {
	a, rest, ok := cutAddress(b)
	if !ok {
		return nil, errVote()
	}
	f, err := readGuestVote(rest)
	if err != nil {
		return nil, err
	}
	f.Address = a
	return f, nil
}

func readFirstPollVote(b []byte) (*PollVoted, error) {
	a, rest, ok := cutAddress(b)
	if !ok {
		return nil, errPollVote()
	}
	f, err := readPollVote(rest)
	if err != nil {
		return nil, err
	}
	if f.Device == 0 {
		return nil, errPollVote()
	}
	f.Address = a
	return f, nil
}
