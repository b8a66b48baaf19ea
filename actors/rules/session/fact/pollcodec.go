package fact

import (
	"encoding/binary"
	"fmt"
	"unicode/utf8"

	"partyline/protocol"
)

// The body of a stored vote in a poll, some 20 bytes, 30 of a guest:
//
//	uvarint  at, in milliseconds since 1970
//	uvarint  poll
//	byte     choice, from 1
//	byte     choice before, 0 for none
//	uvarint  device, 0 for none
//	uvarint  length of the name in bytes
//	bytes    the name, UTF-8

func appendPollVote(dst []byte, f *PollVoted) []byte {
	dst = binary.AppendUvarint(dst, uint64(f.At))
	dst = binary.AppendUvarint(dst, uint64(f.Poll))
	dst = append(dst, byte(f.Choice), byte(f.Before))
	dst = binary.AppendUvarint(dst, uint64(f.Device))
	dst = binary.AppendUvarint(dst, uint64(len(f.Username)))
	return append(dst, f.Username...)
}

func readPollVote(b []byte) (*PollVoted, error) {
	r := NewReader(b)
	at, poll := r.Timestamp(), r.ID()
	choice, before, device := r.Byte(), r.Byte(), r.Uvarint()
	name := r.Bytes(MaxFolded)
	if !r.Done() || at == 0 || poll == 0 || choice < 1 || choice > protocol.MaxCandidates || before > protocol.MaxCandidates || before == choice ||
		len(name) == 0 || !utf8.Valid(name) {
		return nil, errPollVote()
	}
	return &PollVoted{
		At: at, Poll: protocol.PollID(poll), Choice: int(choice), Before: int(before), Device: protocol.DeviceID(device), Username: string(name),
	}, nil
}

func errPollVote() error { return fmt.Errorf("%w: a damaged vote in a poll", errFact) }
