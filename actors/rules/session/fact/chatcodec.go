package fact

import (
	"encoding/binary"
	"fmt"
	"math"
	"unicode/utf8"

	"partyline/protocol"
)

// The body of a stored chat log, some four bytes a vote and the names:
//
//	uvarint  at, in milliseconds since 1970
//	uvarint  number of lines that the log had
//	uvarint  number of names, and for each: uvarint length in bytes, and the name, UTF-8
//	uvarint  number of plays, and for each: uvarint play, game, number of its votes
//	only with votes by ticker: uvarint number of such games, and for each: uvarint game, number of
//	    its votes, uvarint length of the details, and those as JSON; 0 for none
//	for each vote, in the order of the plays and games and their times:
//	    uvarint  milliseconds since the one before, of the first of all plays and of each game by
//	             ticker since 1970
//	    uvarint  4 times the index of the name, plus 1 for a thumb up, 2 for one down

// thumbBits is the room for thumbs beside the index of a name.
const thumbBits = 2

func appendChat(dst []byte, f *ChatImported) []byte {
	dst = binary.AppendUvarint(dst, uint64(f.At))
	dst = binary.AppendUvarint(dst, uint64(f.Messages))
	dst = binary.AppendUvarint(dst, uint64(len(f.Names)))
	for _, name := range f.Names {
		dst = binary.AppendUvarint(dst, uint64(len(name)))
		dst = append(dst, name...)
	}
	plays, byTicker := f.split()
	dst = binary.AppendUvarint(dst, uint64(len(plays)))
	for _, p := range plays {
		dst = binary.AppendUvarint(dst, uint64(p.Play))
		dst = binary.AppendUvarint(dst, uint64(p.Game))
		dst = binary.AppendUvarint(dst, uint64(p.Lines))
	}
	dst = appendTickerGames(dst, byTicker)
	votes := f.Votes
	before := protocol.Timestamp(0)
	for _, p := range f.Plays {
		if p.Play == 0 {
			before = 0
		}
		for _, v := range votes[:p.Lines] {
			dst = binary.AppendUvarint(dst, uint64(v.Timestamp-before))
			dst = binary.AppendUvarint(dst, uint64(v.Voter)<<thumbBits|uint64(v.Thumbs))
			before = v.Timestamp
		}
		votes = votes[p.Lines:]
	}
	return dst
}

// readChat allocates no more than a small multiple of the length of b.
func readChat(b []byte) (*ChatImported, error) { return readChatOf(b, false) }

// readTickerChat is readChat for a log with votes by ticker.
func readTickerChat(b []byte) (*ChatImported, error) { return readChatOf(b, true) }

func readChatOf(b []byte, byTicker bool) (*ChatImported, error) {
	r := NewReader(b)
	f := &ChatImported{At: r.Timestamp(), Messages: r.Length(math.MaxInt32)}
	f.Names = r.chatNames()
	lines := r.chatPlays(f)
	if byTicker {
		lines += r.tickerGames(f)
	}
	r.chatVotes(f, lines)
	// A line has one vote at most, but may have several by ticker.
	if !r.Done() || f.At == 0 || lines == 0 || f.byTicker() != byTicker || !byTicker && f.Messages < lines {
		return nil, fmt.Errorf("%w: a damaged chat log", errFact)
	}
	return f, nil
}

func (r *Reader) chatNames() []string {
	n := r.Length(len(r.Rest))
	names := make([]string, 0, min(n, len(r.Rest)/2))
	for range n {
		name := r.Bytes(MaxFolded)
		if len(name) == 0 || !utf8.Valid(name) {
			r.Fail()
		}
		if r.Failed {
			return nil
		}
		names = append(names, string(name))
	}
	return names
}

// chatPlays reads the plays and returns how many votes they have.
func (r *Reader) chatPlays(f *ChatImported) (lines int) {
	n := r.Length(len(r.Rest))
	f.Plays = make([]ChatPlay, 0, min(n, len(r.Rest)/3))
	before := protocol.PlayID(0)
	for range n {
		p := ChatPlay{Play: protocol.PlayID(r.ID()), Game: protocol.GameID(r.ID()), Lines: r.Length(len(r.Rest))}
		if p.Play <= before || p.Game == 0 || p.Lines == 0 {
			r.Fail()
		}
		if r.Failed {
			return 0
		}
		f.Plays = append(f.Plays, p)
		before = p.Play
		lines += p.Lines
	}
	return lines
}

func (r *Reader) chatVotes(f *ChatImported, lines int) {
	if lines > len(r.Rest)/2 { // a vote takes at least two bytes
		r.Fail()
		return
	}
	f.Votes = make([]protocol.ChatVote, 0, lines)
	before, used := protocol.Timestamp(0), 0
	for i := range f.Plays {
		p := &f.Plays[i]
		lines := p.Lines
		if p.Play == 0 {
			before = 0
		}
		for p.Lines = 0; p.Lines < lines; {
			before += r.Timestamp()
			name, thumbs := r.chatVoter()
			if name == used {
				used++
			}
			if before > MaxTimestamp || name >= used || used > len(f.Names) || thumbs == 0 {
				r.Fail()
			}
			if r.Failed {
				return
			}
			f.Votes = append(f.Votes, protocol.ChatVote{Timestamp: before, Voter: int32(name), Thumbs: thumbs})
			p.add(thumbs)
		}
	}
	if used < len(f.Names) {
		r.Fail()
	}
}

func (r *Reader) chatVoter() (name int, thumbs protocol.Thumbs) {
	v := r.UvarintAtMost(math.MaxInt32)
	return int(v >> thumbBits), protocol.Thumbs(v & (1<<thumbBits - 1))
}
