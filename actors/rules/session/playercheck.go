package session

import (
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// RoomCheck is what a room monitor watches.
type RoomCheck struct {
	Play     protocol.PlayID
	RoomCode string
	// Run identifies this run of the monitor among others of the same room.
	Run protocol.Seq
}

// Observation is the state of a room at one moment.
type Observation struct {
	// Status is CheckWaiting, CheckStarted, CheckFinished or CheckFailed.
	Status string
	// PlayerCount is nil when the players could not be counted.
	PlayerCount *int
}

// ObservePlayers is the command by which a room monitor reports an observation. One that
// changes nothing, or comes from an earlier run, makes no fact.
type ObservePlayers struct {
	ID     protocol.SessionID
	GameID protocol.PlayID
	Run    protocol.Seq
	Observation
}

// Over says that the observation is final.
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
		return protocol.Invalid("%q is not a status of a room", c.Status)
	}
	return nil
}

// RoomCheck returns what to monitor, if a room is monitored. There is at most one, because
// only the room of the play that is on is.
func (s *State) RoomCheck() (c RoomCheck, running bool) {
	id := s.currentPlay()
	if id == 0 {
		return c, false
	}
	p := s.playByID(id)
	if !p.roomCheckRuns() {
		return c, false
	}
	return RoomCheck{Play: id, RoomCode: *p.RoomCode, Run: p.Run}, true
}

// decideStartCheck decides StartPlayerCheck. A count by hand stands until the room has one.
func (s *State) decideStartCheck(dst []fact.Fact, c protocol.StartPlayerCheck, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	p, err := s.editablePlay(c.GameID)
	switch {
	case err != nil:
		return dst, err
	case p.RoomCode == nil:
		return dst, protocol.Invalid("Game does not have a room code set")
	case p.Status != protocol.StatusPlaying:
		return dst, protocol.Invalid("Game is not being played")
	case p.roomCheckRuns():
		return dst, nil
	}
	return append(dst, &fact.PlayerCheckMoved{At: at, Play: c.GameID, Status: fact.CheckChecking, PlayerCount: p.Count}), nil
}

// decideStopCheck decides StopPlayerCheck.
func (s *State) decideStopCheck(dst []fact.Fact, c protocol.StopPlayerCheck, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	p, err := s.editablePlay(c.GameID)
	if err != nil {
		return dst, err
	}
	return p.stopRoomCheck(dst, c.GameID, at), nil
}

// decideObservation decides ObservePlayers. Players keep their seats and a started game stays
// started: within a run neither count nor status goes back, so that an observation after a
// reconnect, or while only half of the service answers, does not make the numbers jump.
func (s *State) decideObservation(dst []fact.Fact, c ObservePlayers, at protocol.Timestamp) []fact.Fact {
	p := s.findPlay(c.GameID)
	if s.phase != phaseActive || p == nil || !p.roomCheckRuns() || p.Run != c.Run {
		return dst
	}
	f := &fact.PlayerCheckMoved{At: at, Play: c.GameID, Status: c.Status, PlayerCount: p.Count}
	first := *p.CountStatus == fact.CheckChecking
	switch {
	case first && c.Status == fact.CheckFinished && c.PlayerCount == nil:
		f.Status = fact.CheckFailed // gone before it was ever seen: the code is wrong
	case fact.CheckRunning(c.Status) && checkStage(c.Status) < checkStage(*p.CountStatus):
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

// applyPlayerCheck applies PlayerCheckMoved.
func (s *State) applyPlayerCheck(f *fact.PlayerCheckMoved, seq protocol.Seq) {
	p := s.findPlay(f.Play)
	if p == nil {
		return
	}
	p.CountStatus, p.Count = &f.Status, f.PlayerCount
	if f.Status == fact.CheckChecking {
		p.Run = seq
	}
}

// roomCheckRuns says whether the room of the play is monitored.
func (p *play) roomCheckRuns() bool {
	return p.Status == protocol.StatusPlaying && !p.Removed && p.RoomCode != nil && p.CountStatus != nil && fact.CheckRunning(*p.CountStatus)
}

// stopRoomCheck appends the fact that the monitor of the play's room stops, if one runs.
func (p *play) stopRoomCheck(dst []fact.Fact, id protocol.PlayID, at protocol.Timestamp) []fact.Fact {
	if !p.roomCheckRuns() {
		return dst
	}
	return append(dst, &fact.PlayerCheckMoved{At: at, Play: id, Status: fact.CheckStopped, PlayerCount: p.Count})
}

// validCount checks count and status of a snapshot: a count has a status, and a count by hand
// is a number.
func (p *play) validCount() bool {
	if p.CountStatus == nil {
		return p.Count == nil
	}
	return p.Count != nil || fact.KnownCheckStatus(*p.CountStatus)
}

// checkStage orders the statuses of a running check; the others have none.
func checkStage(status string) int {
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
