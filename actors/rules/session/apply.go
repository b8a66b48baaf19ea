package session

import (
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// Apply changes the state by one fact that Decide made or that ReadFact read, in the
// order of the log. seq is the fact's number there. A fact about a play that the
// session never had changes no play.
func (s *State) Apply(f fact.Fact, seq protocol.Seq) {
	s.last = f.Occurred()
	switch f := f.(type) {
	case *fact.VoteCast:
		s.applyVote(f)
	case *fact.ChatImported:
		s.applyChat(f)
	case *fact.PollVoted:
		s.applyPollVote(f)
	case *fact.Opened:
		s.phase, s.created, s.notes = phaseActive, f.At, f.Notes
	case *fact.GameAdded:
		s.applyGameAdded(f)
	case *fact.StatusChanged:
		if p := s.findPlay(f.Play); p != nil {
			p.Status = f.Status
		}
	case *fact.GameRemoved:
		if p := s.findPlay(f.Play); p != nil {
			p.Removed = true
			s.playCount--
		}
	case *fact.RoomCodeSet:
		if p := s.findPlay(f.Play); p != nil {
			p.RoomCode = &f.RoomCode
		}
	case *fact.PlayerCountSet:
		if p := s.findPlay(f.Play); p != nil {
			p.Count, p.CountStatus = &f.PlayerCount, &f.Status
		}
	case *fact.PlayerCheckMoved:
		s.applyPlayerCheck(f, seq)
	case *fact.PollStarted:
		s.applyPollStarted(f)
	case *fact.PollEnded:
		s.applyPollEnded(f)
	case *fact.VotesVoided:
		s.applyVoid(f)
	case *fact.JoinSet:
		s.join = join{f.Generation, f.Policy, f.Code}
	case *fact.VotesFolded:
		s.applyFold(f, seq)
	case *fact.Closed:
		s.applyClosed(f)
	case *fact.Deleted:
		*s = State{id: s.id, phase: phaseDeleted}
	}
}

// applyGameAdded applies GameAdded.
func (s *State) applyGameAdded(f *fact.GameAdded) {
	if f.Play != protocol.NewPlayID(s.id, len(s.plays)+1) {
		return
	}
	began := s.clock.now.Monotonic
	if n := len(s.plays); n > 0 {
		began = max(began, s.plays[n-1].started+1)
	}
	place := s.tallyFor(f.Game)
	s.tallies[place].Title, s.tallies[place].PackName = f.Game.Title, f.Game.PackName
	s.plays = append(s.plays, play{
		At: f.At, Status: protocol.StatusPlaying, Manual: f.ManuallyAdded, RoomCode: f.RoomCode, Game: f.Game, started: began, tally: place,
	})
	s.playCount++
	s.markWinnerAdded(f.Game.ID)
}

// tallyFor returns the index of the game's tally, adding one with the present totals as its
// base. Later plays keep the base: their totals already hold votes of this session.
func (s *State) tallyFor(g fact.PlayedGame) int {
	if i, ok := s.tallyIndex[g.ID]; ok {
		return i
	}
	if s.tallyIndex == nil {
		s.tallyIndex = make(map[protocol.GameID]int)
	}
	i := len(s.tallies)
	s.tallyIndex[g.ID] = i
	s.tallies = append(s.tallies, tally{ID: g.ID, BaseUp: g.Upvotes, BaseDown: g.Downvotes})
	return i
}

// applyVote applies VoteCast.
func (s *State) applyVote(f *fact.VoteCast) {
	t := s.tallyOf(f.Play, f.Game, f.Details)
	if t == nil {
		return
	}
	t.count(f.Type, 1)
	s.latestVotes.Add(f.Latest())
	switch {
	case f.Play == 0:
		s.addTickerVote(f.Username, f.Game, f.Timestamp)
		return
	case f.Device == 0:
		s.voters.add(s.voters.hash(f.Username), f.Timestamp)
		return
	}
	t.count(f.Replaced, -1)
	s.devices.addVote(f)
}

// applyClosed applies Closed.
func (s *State) applyClosed(f *fact.Closed) {
	s.phase, s.closed, s.join.Code = phaseClosed, f.At, ""
	if f.Notes != nil {
		s.notes = f.Notes
	}
}
