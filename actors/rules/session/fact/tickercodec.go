package fact

import (
	"encoding/binary"
	"encoding/json"
	"slices"

	"partyline/actors/codec"
	"partyline/protocol"
)

// The body of a stored vote by ticker is that of a vote without the play. The first one for a
// game that the session did not know has the game in front: uvarint length, and JSON. They are
// kinds of their own, so that the votes of which there are millions stay as small as they are.

func appendTickerVote(dst []byte, f *VoteCast) []byte {
	dst = binary.AppendUvarint(dst, uint64(f.At))
	dst = binary.AppendVarint(dst, int64(f.Timestamp-f.At))
	dst = binary.AppendUvarint(dst, uint64(f.Game))
	var up byte
	if f.Type == protocol.VoteUp {
		up = 1
	}
	return appendName(append(dst, up), f.Username)
}

func readTickerVote(b []byte) (*VoteCast, error) {
	r := NewReader(b)
	f := &VoteCast{At: r.Timestamp(), Type: protocol.VoteDown}
	f.Timestamp = f.At + protocol.Timestamp(r.Varint())
	f.Game = protocol.GameID(r.ID())
	if r.Bool() {
		f.Type = protocol.VoteUp
	}
	f.Username = r.name()
	if !r.Done() || f.At == 0 || f.Timestamp < 0 || f.Timestamp > MaxTimestamp || f.Game == 0 {
		return nil, errVote()
	}
	return f, nil
}

func readFirstTickerVote(b []byte) (*VoteCast, error) {
	r := NewReader(b)
	details := r.details()
	if r.Failed || details == nil {
		return nil, errVote()
	}
	f, err := readTickerVote(r.Rest)
	if err != nil {
		return nil, err
	}
	if f.Details = details; details.ID != f.Game {
		return nil, errVote()
	}
	return f, nil
}

// appendDetails appends a game, nil for none.
func appendDetails(dst []byte, g *PlayedGame) []byte {
	if g == nil {
		return binary.AppendUvarint(dst, 0)
	}
	b, err := json.Marshal(g)
	if err != nil {
		panic("session: a game that has no JSON: " + err.Error()) // it holds only texts and numbers
	}
	return append(binary.AppendUvarint(dst, uint64(len(b))), b...)
}

// details reads what appendDetails writes.
func (r *Reader) details() *PlayedGame {
	b := r.Bytes(len(r.Rest))
	if len(b) == 0 {
		return nil
	}
	g := new(PlayedGame)
	if err := codec.ReadJSON(b, g); err != nil || !g.valid() {
		r.Fail()
		return nil
	}
	return g
}

// byTicker says that the log has votes by ticker.
func (f *ChatImported) byTicker() bool {
	return len(f.Plays) > 0 && f.Plays[len(f.Plays)-1].Play == 0
}

// SplitVotes returns the votes for plays and those by ticker.
func (f *ChatImported) SplitVotes() (ofPlays, byTicker []protocol.ChatVote) {
	plays, _ := f.split()
	n := 0
	for _, p := range plays {
		n += p.Lines
	}
	return f.Votes[:n], f.Votes[n:]
}

// split returns the plays, and the games with votes by ticker behind them.
func (f *ChatImported) split() (plays, byTicker []ChatPlay) {
	n := slices.IndexFunc(f.Plays, func(p ChatPlay) bool { return p.Play == 0 })
	if n < 0 {
		return f.Plays, nil
	}
	return f.Plays[:n], f.Plays[n:]
}

// appendTickerGames appends the games with votes by ticker; nothing when there are none.
func appendTickerGames(dst []byte, games []ChatPlay) []byte {
	if len(games) == 0 {
		return dst
	}
	dst = binary.AppendUvarint(dst, uint64(len(games)))
	for _, p := range games {
		dst = binary.AppendUvarint(dst, uint64(p.Game))
		dst = binary.AppendUvarint(dst, uint64(p.Lines))
		dst = appendDetails(dst, p.Details)
	}
	return dst
}

// tickerGames reads what appendTickerGames writes and returns how many votes they have.
func (r *Reader) tickerGames(f *ChatImported) (lines int) {
	before := protocol.GameID(0)
	for range r.Length(len(r.Rest)) {
		p := ChatPlay{Game: protocol.GameID(r.ID()), Lines: r.Length(len(r.Rest)), Details: r.details()}
		if p.Game <= before || p.Lines == 0 || p.Details != nil && p.Details.ID != p.Game {
			r.Fail()
		}
		if r.Failed {
			return 0
		}
		f.Plays = append(f.Plays, p)
		before = p.Game
		lines += p.Lines
	}
	return lines
}
