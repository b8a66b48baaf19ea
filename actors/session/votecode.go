package session

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
	dst = binary.AppendUvarint(dst, uint64(f.At))
	dst = binary.AppendVarint(dst, int64(f.Timestamp-f.At))
	dst = binary.AppendUvarint(dst, uint64(f.Play))
	dst = binary.AppendUvarint(dst, uint64(f.Game))
	var up byte
	if f.Type == protocol.VoteUp {
		up = 1
	}
	dst = append(dst, up)
	dst = binary.AppendUvarint(dst, uint64(len(f.Username)))
	return append(dst, f.Username...)
}

func readVote(b []byte) (*VoteCast, error) {
	r := reader{rest: b}
	at := r.moment()
	ts := at + protocol.Timestamp(r.varint())
	play, game := r.id(), r.id()
	up := r.byte()
	name := r.take(r.length(maxFolded))
	if r.bad || len(r.rest) > 0 || up > 1 || at == 0 || ts < 0 || ts > maxMoment ||
		play == 0 || game == 0 || len(name) == 0 || !utf8.Valid(name) {
		return nil, fmt.Errorf("%w: a damaged vote", errFact)
	}
	f := &VoteCast{At: at, Timestamp: ts, Play: protocol.PlayID(play), Game: protocol.GameID(game), Type: protocol.VoteDown, Username: string(name)}
	if up == 1 {
		f.Type = protocol.VoteUp
	}
	return f, nil
}
