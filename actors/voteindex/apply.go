package voteindex

import (
	"context"
	"slices"

	"partyline/actors/rules/session/fact"
	"partyline/persistence"
	"partyline/protocol"
)

// Apply applies a fact of a session, that of the record at a position. Records come in the global
// order; those that were applied before change nothing. A chat log with more votes than a flush
// takes, and a fact that voids many, are flushed on the way. After
// an error, of such a flush or of reading a block, the index must be loaded again; when it is
// persistence.ErrCorrupt it must be dropped and built again.
func (x *Index) Apply(id protocol.SessionID, p persistence.Position, f fact.Fact) error {
	if p <= x.through {
		return nil
	}
	if err := x.apply(id, p, f); err != nil {
		return err
	}
	x.Advance(p)
	return nil
}

// Advance notes that the records up to a position need nothing of the index.
func (x *Index) Advance(p persistence.Position) {
	if p > x.through {
		x.through, x.partial = p, 0
	}
}

func (x *Index) apply(id protocol.SessionID, p persistence.Position, f fact.Fact) error {
	s := x.find(id)
	if s == nil {
		if _, opened := f.(*fact.Opened); opened {
			s = &session{id: id}
			x.insert(s)
			x.touch(s, 0)
		}
		return nil
	}
	switch f := f.(type) {
	case *fact.VoteCast:
		at, ok := s.playIndex(f.Play)
		if f.Play == 0 {
			at, ok = x.playOfGame(s, f)
		}
		if ok {
			return x.addVote(s, vote{VoteID(p, 0), codeOf(at, f.Type), f})
		}
	case *fact.ChatImported:
		return x.addChat(s, p, f)
	case *fact.GameAdded:
		x.addPlay(s, f)
	case *fact.VotesVoided:
		return x.void(s, f)
	case *fact.Closed:
		s.last = nil // no vote of a phone comes after it
	case *fact.VotesFolded:
		x.drop(s)
	case *fact.Deleted:
		s.gone = true
		x.drop(s)
		x.remove(id)
	}
	return nil
}

// drop takes all votes of a session that were applied so far out of the history, because it is
// deleted or because they are folded into totals: they are on no page, count in no total of a page,
// and their names are erased from disk soon. The records may be trimmed already when an index is
// built again: then there is nothing to drop.
func (x *Index) drop(s *session) {
	x.touch(s, 0)
	for i := s.base; i < len(s.blocks); i++ {
		s.blocks[i] = &block{}
	}
	s.base, s.sums, s.votes, s.last = len(s.blocks), nil, 0, nil
	s.group.stale = true
	if !slices.Contains(x.erasing, s) {
		x.erasing = append(x.erasing, s)
	}
	x.pending.Changes++
}

// addPlay adds a play; one that is there already, because the journal is read again, stays.
func (x *Index) addPlay(s *session, f *fact.GameAdded) {
	if _, known := s.playIndex(f.Play); known || len(s.plays) == maxPlays {
		return
	}
	x.appendPlay(s, f.Play, &f.Game)
}

func (x *Index) appendPlay(s *session, id protocol.PlayID, g *fact.PlayedGame) {
	s.plays = append(s.plays, play{id, x.title(protocol.EventGame{ID: g.ID, Title: g.Title, PackName: g.PackName})})
	x.pending.Bytes += playBytes
	x.touch(s, 0)
}

// title is the number of a game's title.
func (x *Index) title(g protocol.EventGame) uint32 {
	n, known := x.titleIndex[g]
	if !known {
		n = uint32(len(x.titles))
		x.titles, x.titleIndex[g] = append(x.titles, g), n
		x.pending.Bytes += titleBytes + len(g.Title) + len(g.PackName)
		x.pending.Changes++
	}
	return n
}

// addVote adds a vote, which may replace an earlier one of its phone.
func (x *Index) addVote(s *session, v vote) error {
	b := s.openBlock()
	if b == nil {
		b = &block{rows: &rows{}, names: x.newNames()}
		s.blocks = append(s.blocks, b)
		x.touch(s, len(s.blocks)-1)
		x.pending.Changes++
		x.pending.Bytes += blockCountsBytes
	}
	if v.Device != 0 {
		if err := x.replace(s, b, &v); err != nil {
			return err
		}
	}
	x.pending.Bytes += b.add(v, x.hash)
	x.pending.Votes++
	s.group.stale = true
	s.sums = addSum(s.sums, v.code, 1)
	s.votes++
	return nil
}

// addChat adds the votes of a chat log but for those that are in the index already.
func (x *Index) addChat(s *session, p persistence.Position, f *fact.ChatImported) error {
	for n, v := range f.Forward() {
		if n < x.partial {
			continue
		}
		if at, ok := x.playOfGame(s, v); ok {
			if err := x.addVote(s, vote{VoteID(p, n), codeOf(at, v.Type), v}); err != nil {
				return err
			}
		}
		if x.Due() {
			x.through, x.partial = p-1, n+1
			if err := x.Flush(context.Background()); err != nil {
				return err
			}
		}
	}
	return nil
}

// playOfGame is the newest play of a vote's game: votes by ticker and those of a chat log are
// listed with its title, as their event tells it. A game that was not played gets a play of the
// number 0 with the first vote by ticker.
func (x *Index) playOfGame(s *session, v *fact.VoteCast) (at int, ok bool) {
	for i := len(s.plays) - 1; i >= 0; i-- {
		if x.titles[s.plays[i].title].ID == v.Game {
			return i, true
		}
	}
	if v.Details == nil || len(s.plays) == maxPlays {
		return s.playIndex(v.Play)
	}
	x.appendPlay(s, protocol.NewPlayID(s.id, 0), v.Details)
	return len(s.plays) - 1, true
}
