package session

import (
	"partyline/actors/session/fact"
	"partyline/protocol"
)

// Apply changes the state by one fact that Decide made or that ReadFact read, in the
// order of the log. seq is the fact's number there. A fact about a playing that the
// session never had changes no playing.
func (h *State) Apply(f fact.Fact, seq protocol.Seq) {
	h.last = f.Occurred()
	switch f := f.(type) {
	case *fact.VoteCast:
		h.count(f)
	case *fact.ChatImported:
		h.countChat(f)
	case *fact.PollVoted:
		h.choose(f)
	case *fact.Opened:
		h.phase, h.created, h.notes = phaseActive, f.At, f.Notes
	case *fact.GameAdded:
		h.begin(f)
	case *fact.StatusChanged:
		if p := h.find(f.Play); p != nil {
			p.Status = f.Status
		}
	case *fact.GameRemoved:
		if p := h.find(f.Play); p != nil {
			p.Removed = true
			h.played--
		}
	case *fact.RoomCodeSet:
		if p := h.find(f.Play); p != nil {
			p.RoomCode = &f.RoomCode
		}
	case *fact.PlayerCountSet:
		if p := h.find(f.Play); p != nil {
			p.Count, p.CountStatus = &f.PlayerCount, &f.Status
		}
	case *fact.PlayerCheckMoved:
		h.move(f, seq)
	case *fact.PollStarted:
		h.ask(f)
	case *fact.PollEnded:
		h.conclude(f)
	case *fact.VotesVoided:
		h.void(f)
	case *fact.JoinSet:
		h.join = join{f.Generation, f.Policy, f.Code}
	case *fact.Closed:
		h.finish(f)
	case *fact.Deleted:
		*h = State{id: h.id, phase: phaseDeleted}
	}
}

// begin applies GameAdded.
func (h *State) begin(f *fact.GameAdded) {
	if f.Play != protocol.NewPlayID(h.id, len(h.plays)+1) {
		return
	}
	began := h.anchor.now.Monotonic
	if n := len(h.plays); n > 0 {
		began = max(began, h.plays[n-1].began+1)
	}
	place := h.place(f.Game)
	h.tallies[place].Title, h.tallies[place].PackName = f.Game.Title, f.Game.PackName
	h.plays = append(h.plays, play{
		At: f.At, Status: protocol.StatusPlaying, Manual: f.ManuallyAdded, RoomCode: f.RoomCode, Game: f.Game, began: began, place: place,
	})
	h.played++
	h.fulfil(f.Game.ID)
}

// place finds the game's tally or begins one, with the totals of now as its base.
// Later playings keep the base: their totals already hold votes of this session.
func (h *State) place(g fact.PlayedGame) int {
	if i, ok := h.places[g.ID]; ok {
		return i
	}
	if h.places == nil {
		h.places = make(map[protocol.GameID]int)
	}
	i := len(h.tallies)
	h.places[g.ID] = i
	h.tallies = append(h.tallies, tally{ID: g.ID, BaseUp: g.Upvotes, BaseDown: g.Downvotes})
	return i
}

// count applies VoteCast.
func (h *State) count(f *fact.VoteCast) {
	p := h.ever(f.Play)
	if p == nil {
		return
	}
	t := &h.tallies[p.place]
	t.count(f.Type, 1)
	h.latest.Add(f.Latest())
	if f.Device == 0 {
		h.voters.add(f.Username, f.Timestamp)
		return
	}
	t.count(f.Replaced, -1)
	h.devices.note(f)
}

// finish applies Closed.
func (h *State) finish(f *fact.Closed) {
	h.phase, h.closed, h.join.Code = phaseClosed, f.At, ""
	if f.Notes != nil {
		h.notes = f.Notes
	}
}
