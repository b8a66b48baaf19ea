package session

import (
	"partyline/actors/session/fact"
	"partyline/protocol"
)

// RoomCheck is a check that is running.
type RoomCheck struct {
	Play     protocol.PlayID
	RoomCode string
	// Run tells this check from others of the same room.
	Run protocol.Seq
}

// Sight is how a room looks at one moment.
type Observation struct {
	// Status is CheckWaiting, CheckStarted, CheckFinished or CheckFailed.
	Status string
	// PlayerCount is nil when the players could not be counted.
	PlayerCount *int
}

// ObservePlayers is what the check of a room has seen. It comes from inside, as often as
// there is something to say; what is known already, or comes from another run than the
// one that is running, makes no fact.
type ObservePlayers struct {
	ID     protocol.SessionID
	GameID protocol.PlayID
	Run    protocol.Seq
	Observation
}

// Over says that there is nothing more to see.
func (s Observation) Over() bool {
	return s.Status == fact.CheckFinished || s.Status == fact.CheckFailed
}

// Target is the session that decides.
func (c ObservePlayers) Target() protocol.SessionID { return c.ID }

// Check implements protocol.Command.
func (c ObservePlayers) Check() *protocol.Error {
	if n := c.PlayerCount; n != nil && (*n < 0 || *n > protocol.MaxPlayers) {
		return protocol.Invalid("a count of players must be between 0 and %d", protocol.MaxPlayers)
	}
	if !fact.KnownCheckStatus(c.Status) || c.Status == fact.CheckChecking || c.Status == fact.CheckStopped {
		return protocol.Invalid("%q is nothing that a room can be seen as", c.Status)
	}
	return nil
}

// RoomCheck is the check that is running. There is at most one, because only what is
// being played is checked.
func (h *State) RoomCheck() (c RoomCheck, running bool) {
	id := h.current()
	if id == 0 {
		return c, false
	}
	p := h.ever(id)
	if !p.checked() {
		return c, false
	}
	return RoomCheck{Play: id, RoomCode: *p.RoomCode, Run: p.Run}, true
}

// startCheck decides StartPlayerCheck. A count by hand stands until the room tells one.
func (h *State) startCheck(dst []fact.Fact, c protocol.StartPlayerCheck, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	p, err := h.change(c.GameID)
	switch {
	case err != nil:
		return dst, err
	case p.RoomCode == nil:
		return dst, protocol.Invalid("Game does not have a room code set")
	case p.Status != protocol.StatusPlaying:
		return dst, protocol.Invalid("Game is not being played")
	case p.checked():
		return dst, nil
	}
	return append(dst, &fact.PlayerCheckMoved{At: at, Play: c.GameID, Status: fact.CheckChecking, PlayerCount: p.Count}), nil
}

// stopCheck decides StopPlayerCheck.
func (h *State) stopCheck(dst []fact.Fact, c protocol.StopPlayerCheck, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	p, err := h.change(c.GameID)
	if err != nil {
		return dst, err
	}
	return p.endCheck(dst, c.GameID, at), nil
}

// observe decides ObservePlayers. Seats are never given back and a game that has begun
// has begun: within a run neither count nor status goes back, so that a look through
// another window (after a reconnect, or when only half of the service answers) does not
// make the numbers jump.
func (h *State) observe(dst []fact.Fact, c ObservePlayers, at protocol.Timestamp) []fact.Fact {
	p := h.find(c.GameID)
	if h.phase != phaseActive || p == nil || !p.checked() || p.Run != c.Run {
		return dst
	}
	f := &fact.PlayerCheckMoved{At: at, Play: c.GameID, Status: c.Status, PlayerCount: p.Count}
	first := *p.CountStatus == fact.CheckChecking
	switch {
	case first && c.Status == fact.CheckFinished && c.PlayerCount == nil:
		f.Status = fact.CheckFailed // gone before anybody has seen it: the code is wrong
	case fact.CheckRunning(c.Status) && stage(c.Status) < stage(*p.CountStatus):
		f.Status = *p.CountStatus
	}
	if c.PlayerCount != nil && (first || p.Count == nil || *c.PlayerCount > *p.Count) {
		f.PlayerCount = c.PlayerCount
	}
	if f.Status == *p.CountStatus && f.PlayerCount == p.Count {
		return dst
	}
	return append(dst, f)
}

// move applies PlayerCheckMoved.
func (h *State) move(f *fact.PlayerCheckMoved, seq protocol.Seq) {
	p := h.find(f.Play)
	if p == nil {
		return
	}
	p.CountStatus, p.Count = &f.Status, f.PlayerCount
	if f.Status == fact.CheckChecking {
		p.Run = seq
	}
}

// checked says whether the playing's room is being checked.
func (p *play) checked() bool {
	return p.Status == protocol.StatusPlaying && !p.Removed && p.RoomCode != nil && p.CountStatus != nil && fact.CheckRunning(*p.CountStatus)
}

// endCheck appends the fact that the check of the playing ends, if one is running.
func (p *play) endCheck(dst []fact.Fact, id protocol.PlayID, at protocol.Timestamp) []fact.Fact {
	if !p.checked() {
		return dst
	}
	return append(dst, &fact.PlayerCheckMoved{At: at, Play: id, Status: fact.CheckStopped, PlayerCount: p.Count})
}

// countFits checks count and status of a snapshot: a count has a status, and one by hand
// is a number.
func (p *play) countFits() bool {
	if p.CountStatus == nil {
		return p.Count == nil
	}
	return p.Count != nil || fact.KnownCheckStatus(*p.CountStatus)
}

// stage orders the statuses of a check that is running; the others have none.
func stage(status string) int {
	switch status {
	case fact.CheckChecking:
		return 1
	case fact.CheckWaiting:
		return 2
	case fact.CheckStarted:
		return 3
	}
	return 0
}
