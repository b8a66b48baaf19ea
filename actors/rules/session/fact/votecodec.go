package fact

import (
	"encoding/binary"
	"fmt"
	"unicode/utf8"

	"partyline/protocol"
)

// The body of a stored vote, some 25 bytes:
//
//	uvarint  at, in milliseconds since 1970
//	varint   timestamp minus at
//	uvarint  play
//	uvarint  game
//	byte     1 up, 0 down
//	uvarint  length of the name in bytes
//	bytes    the name, UTF-8

func appendVote(dst []byte, f *VoteCast) []byte {
	dst = appendVoteHead(dst, f)
	var up byte
	if f.Type == protocol.VoteUp {
		up = 1
	}
	return appendName(append(dst, up), f.Username)
}

// appendVoteHead appends the times, the play and the game of a vote.
func appendVoteHead(dst []byte, f *VoteCast) []byte {
	dst = binary.AppendUvarint(dst, uint64(f.At))
	dst = binary.AppendVarint(dst, int64(f.Timestamp-f.At))
	dst = binary.AppendUvarint(dst, uint64(f.Play))
	return binary.AppendUvarint(dst, uint64(f.Game))
}

func appendName(dst []byte, name string) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(name)))
	return append(dst, name...)
}

func readVote(b []byte) (*VoteCast, error) {
	r := NewReader(b)
	f := r.voteHead()
	up := r.Byte()
	f.Username = r.name()
	if !r.Done() || up > 1 {
		return nil, errVote()
	}
	if f.Type = protocol.VoteDown; up == 1 {
		f.Type = protocol.VoteUp
	}
	return f, nil
}

// voteHead reads what appendVoteHead writes.
func (r *Reader) voteHead() *VoteCast {
	f := &VoteCast{At: r.Timestamp()}
	f.Timestamp = f.At + protocol.Timestamp(r.Varint())
	f.Play, f.Game = protocol.PlayID(r.ID()), protocol.GameID(r.ID())
	if f.At == 0 || f.Timestamp < 0 || f.Timestamp > MaxTimestamp || f.Play == 0 || f.Game == 0 {
		r.Fail()
	}
	return f
}

// name reads what appendName writes.
func (r *Reader) name() string {
	name := r.Bytes(MaxFolded)
	if len(name) == 0 || !utf8.Valid(name) {
		r.Fail()
	}
	return string(name)
}

func errVote() error { return fmt.Errorf("%w: a damaged vote", errFact) }
