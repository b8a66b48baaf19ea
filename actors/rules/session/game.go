package session

import (
	"strings"

	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// decideAddGame decides AddGame.
func (s *State) decideAddGame(dst []fact.Fact, c protocol.AddGame, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	if s.phase != phaseActive {
		return dst, closedToGames()
	}
	if c.Game.ID != c.GameID {
		return dst, protocol.NotFound("Game")
	}
	return s.startPlay(dst, &fact.GameAdded{Game: playedGame(c.Game), ManuallyAdded: c.ManuallyAdded, RoomCode: upper(c.RoomCode)}, at)
}

// startPlay appends the facts of a new play; f lacks its time and its id. The play that was
// on becomes played, by a fact of its own.
func (s *State) startPlay(dst []fact.Fact, f *fact.GameAdded, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	n := len(s.plays) + 1
	// Ids are never given again, so removed plays count too.
	if n >= protocol.MaxPlays {
		return dst, protocol.Invalid("A session holds at most %d games", protocol.MaxPlays-1)
	}
	dst = s.finishCurrent(dst, at)
	if n > 1 {
		// Two games within a millisecond could not be told apart by the timestamp of a vote. A
		// clock that was set back by more than clockNoise is taken as it is.
		if before := s.plays[n-2].At; at <= before && before-at < clockNoise {
			at = before + 1
		}
	}
	f.At, f.Play = at, protocol.NewPlayID(s.id, n)
	return append(dst, f), nil
}

func closedToGames() *protocol.Error {
	return protocol.Errorf(protocol.CodeSessionClosed, "Cannot add games to a closed session")
}

// decideStatus decides SetGameStatus. Only one play is "playing": the one that was becomes
// played, by a fact of its own.
func (s *State) decideStatus(dst []fact.Fact, c protocol.SetGameStatus, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	p, err := s.editablePlay(c.GameID)
	if err != nil || p.Status == c.Status {
		return dst, err
	}
	if c.Status == protocol.StatusPlaying {
		dst = s.finishCurrent(dst, at)
	}
	dst = p.stopRoomCheck(dst, c.GameID, at)
	return append(dst, &fact.StatusChanged{At: at, Play: c.GameID, Status: c.Status}), nil
}

// decideRemoveGame decides RemoveGame.
func (s *State) decideRemoveGame(dst []fact.Fact, c protocol.RemoveGame, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	p, err := s.editablePlay(c.GameID)
	if err != nil {
		return dst, err
	}
	dst = p.stopRoomCheck(dst, c.GameID, at)
	return append(dst, &fact.GameRemoved{At: at, Play: c.GameID}), nil
}

// decideRoomCode decides SetRoomCode. A room monitor that runs starts again with the new code.
func (s *State) decideRoomCode(dst []fact.Fact, c protocol.SetRoomCode, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	p, err := s.editablePlay(c.GameID)
	if err != nil {
		return dst, err
	}
	code := strings.ToUpper(c.RoomCode)
	if p.RoomCode != nil && *p.RoomCode == code {
		return dst, nil
	}
	dst = append(dst, &fact.RoomCodeSet{At: at, Play: c.GameID, RoomCode: code})
	if p.roomCheckRuns() {
		// Another room has other players.
		dst = append(dst, &fact.PlayerCheckMoved{At: at, Play: c.GameID, Status: fact.CheckChecking})
	}
	return dst, nil
}

// decidePlayerCount decides SetPlayerCount: a count by hand, which stops the room monitor.
func (s *State) decidePlayerCount(dst []fact.Fact, c protocol.SetPlayerCount, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	p, err := s.editablePlay(c.GameID)
	if err != nil {
		return dst, err
	}
	if p.Count != nil && *p.Count == *c.PlayerCount && *p.CountStatus == fact.CountManual {
		return dst, nil
	}
	return append(dst, &fact.PlayerCountSet{At: at, Play: c.GameID, PlayerCount: *c.PlayerCount, Status: fact.CountManual}), nil
}

// editablePlay returns the play that a command changes. A closed session is a record: nothing
// in it changes, removals included.
func (s *State) editablePlay(id protocol.PlayID) (*play, *protocol.Error) {
	if s.phase != phaseActive {
		return nil, protocol.Errorf(protocol.CodeSessionClosed, "Cannot change games of a closed session")
	}
	p := s.findPlay(id)
	if p == nil {
		return nil, protocol.NotFound("Session game")
	}
	return p, nil
}

func playedGame(g protocol.Game) fact.PlayedGame {
	return fact.PlayedGame{
		ID: g.ID, Title: g.Title, PackName: g.PackName, GameType: g.GameType,
		MinPlayers: g.MinPlayers, MaxPlayers: g.MaxPlayers, Upvotes: g.Upvotes, Downvotes: g.Downvotes,
	}
}

func upper(code *string) *string {
	if code == nil {
		return nil
	}
	s := strings.ToUpper(*code)
	return &s
}
