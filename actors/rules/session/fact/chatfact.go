package fact

import (
	"iter"
	"slices"

	"partyline/protocol"
)

// ChatImported is the votes of a chat log, all in one fact: all of them count or none. There is at
// least one.
type ChatImported struct {
	At protocol.Timestamp
	// Messages is how many lines the log had.
	Messages int
	// Names are those of the voters as they were written, in the order of their first votes.
	Names []string
	// Plays are the plays with votes, in the order of play, and then the games with votes by
	// ticker, which have no play, in the order of their ids.
	Plays []ChatPlay
	// Votes are first those of Plays[0], and so on, those of each game by ticker and those of all
	// plays in the order of their times. Those of one name for plays are a second apart, as are
	// those for one game by ticker. Their Game is not set.
	Votes []protocol.ChatVote
}

// ChatPlay is what a chat log had for one play, or for one game by ticker, when Play is 0.
type ChatPlay struct {
	Play protocol.PlayID
	Game protocol.GameID
	// Details are as in VoteCast.
	Details *PlayedGame
	// Lines is how many of the votes are for this play. One with both thumbs counts
	// up and down.
	Lines    int
	Up, Down int64
}

func (f *ChatImported) Occurred() protocol.Timestamp { return f.At }

// Count adds a line to the newest play, or begins one.
func (f *ChatImported) Count(play protocol.PlayID, game protocol.GameID, thumbs protocol.Thumbs) {
	if n := len(f.Plays); n == 0 || f.Plays[n-1].Play != play {
		f.Plays = append(f.Plays, ChatPlay{Play: play, Game: game})
	}
	f.Plays[len(f.Plays)-1].add(thumbs)
}

// CountByTicker adds a vote by ticker to the newest game, or begins one.
func (f *ChatImported) CountByTicker(game protocol.GameID, details *PlayedGame, thumbs protocol.Thumbs) {
	if n := len(f.Plays); n == 0 || f.Plays[n-1].Play != 0 || f.Plays[n-1].Game != game {
		f.Plays = append(f.Plays, ChatPlay{Game: game, Details: details})
	}
	f.Plays[len(f.Plays)-1].add(thumbs)
}

func (p *ChatPlay) add(thumbs protocol.Thumbs) {
	p.Lines++
	if thumbs&protocol.ThumbUp != 0 {
		p.Up++
	}
	if thumbs&protocol.ThumbDown != 0 {
		p.Down++
	}
}

// Total is how many votes there are: a line with both thumbs has two.
func (f *ChatImported) Total() (votes int64) {
	for _, p := range f.Plays {
		votes += p.Up + p.Down
	}
	return votes
}

// Backward yields each vote as VoteCast has it, the newest first, with its number within
// the fact, from 0.
func (f *ChatImported) Backward() iter.Seq2[int, *VoteCast] {
	return func(yield func(int, *VoteCast) bool) {
		line, n := len(f.Votes), int(f.Total())
		for i := len(f.Plays) - 1; i >= 0; i-- {
			for range f.Plays[i].Lines {
				line--
				for _, t := range [...]protocol.Thumbs{protocol.ThumbDown, protocol.ThumbUp} {
					if f.Votes[line].Thumbs&t == 0 {
						continue
					}
					if n--; !yield(n, f.vote(i, line, t)) {
						return
					}
				}
			}
		}
	}
}

// Forward yields the same votes, the oldest first.
func (f *ChatImported) Forward() iter.Seq2[int, *VoteCast] {
	return func(yield func(int, *VoteCast) bool) {
		line, n := 0, 0
		for i := range f.Plays {
			for range f.Plays[i].Lines {
				for _, t := range [...]protocol.Thumbs{protocol.ThumbUp, protocol.ThumbDown} {
					if f.Votes[line].Thumbs&t == 0 {
						continue
					}
					if !yield(n, f.vote(i, line, t)) {
						return
					}
					n++
				}
				line++
			}
		}
	}
}

// vote is one thumb of a line, which is for the i-th play.
func (f *ChatImported) vote(i, line int, thumb protocol.Thumbs) *VoteCast {
	v, p := &f.Votes[line], &f.Plays[i]
	c := &VoteCast{At: f.At, Timestamp: v.Timestamp, Play: p.Play, Game: p.Game, Details: p.Details, Type: protocol.VoteDown, Username: f.Names[v.Voter]}
	if thumb == protocol.ThumbUp {
		c.Type = protocol.VoteUp
	}
	return c
}

// Latest adds the votes of the log to the latest votes, the newest last.
func (f *ChatImported) Latest(l protocol.LatestVotes) protocol.LatestVotes {
	var newest []protocol.LatestVote
	for _, v := range f.Backward() {
		if newest = append(newest, v.Latest()); len(newest) == protocol.MaxLatestVotes {
			break
		}
	}
	for _, v := range slices.Backward(newest) {
		l.Add(v)
	}
	return l
}
