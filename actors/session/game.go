package session

import (
	"strings"

	"partyline/actors/session/fact"
	"partyline/protocol"
)

// addGame decides AddGame.
func (h *State) addGame(dst []fact.Fact, c protocol.AddGame, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	if h.phase != phaseActive {
		return dst, closedToGames()
	}
	if c.Game.ID != c.GameID {
		return dst, protocol.NotFound("Game")
	}
	return h.begins(dst, &fact.GameAdded{Game: playedGame(c.Game), ManuallyAdded: c.ManuallyAdded, RoomCode: upper(c.RoomCode)}, at)
}

// begins appends the facts that a game is being played from now on; f lacks its moment
// and its playing. What was playing becomes played, by a fact of its own.
func (h *State) begins(dst []fact.Fact, f *fact.GameAdded, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	n := len(h.plays) + 1
	// Ids are never given again, so removed playings count too.
	if n >= protocol.MaxPlays {
		return dst, protocol.Invalid("A session holds at most %d games", protocol.MaxPlays-1)
	}
	dst = h.finishCurrent(dst, at)
	if n > 1 {
		// Two games within a millisecond: without this a vote could not tell them apart. A
		// clock that was set back by more than a moment is taken as it is.
		if before := h.plays[n-2].At; at <= before && before-at < tick {
			at = before + 1
		}
	}
	f.At, f.Play = at, protocol.NewPlayID(h.id, n)
	return append(dst, f), nil
}

func closedToGames() *protocol.Error {
	return protocol.Errorf(protocol.CodeSessionClosed, "Cannot add games to a closed session")
}

// setStatus decides SetGameStatus. Only one playing is "playing": the one that was
// becomes played, by a fact of its own.
func (h *State) setStatus(dst []fact.Fact, c protocol.SetGameStatus, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	p, err := h.change(c.GameID)
	if err != nil || p.Status == c.Status {
		return dst, err
	}
	if c.Status == protocol.StatusPlaying {
		dst = h.finishCurrent(dst, at)
	}
	dst = p.endCheck(dst, c.GameID, at)
	return append(dst, &fact.StatusChanged{At: at, Play: c.GameID, Status: c.Status}), nil
}

// removeGame decides RemoveGame.
func (h *State) removeGame(dst []fact.Fact, c protocol.RemoveGame, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	p, err := h.change(c.GameID)
	if err != nil {
		return dst, err
	}
	dst = p.endCheck(dst, c.GameID, at)
	return append(dst, &fact.GameRemoved{At: at, Play: c.GameID}), nil
}

// setRoomCode decides SetRoomCode. A check that is running begins anew in the new room.
func (h *State) setRoomCode(dst []fact.Fact, c protocol.SetRoomCode, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	p, err := h.change(c.GameID)
	if err != nil {
		return dst, err
	}
	code := strings.ToUpper(c.RoomCode)
	if p.RoomCode != nil && *p.RoomCode == code {
		return dst, nil
	}
	dst = append(dst, &fact.RoomCodeSet{At: at, Play: c.GameID, RoomCode: code})
	if p.checked() {
		// Another room has other players.
		dst = append(dst, &fact.PlayerCheckMoved{At: at, Play: c.GameID, Status: fact.CheckChecking})
	}
	return dst, nil
}

// setPlayerCount decides SetPlayerCount: a count by hand, which ends a check.
func (h *State) setPlayerCount(dst []fact.Fact, c protocol.SetPlayerCount, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	p, err := h.change(c.GameID)
	if err != nil {
		return dst, err
	}
	if p.Count != nil && *p.Count == *c.PlayerCount && *p.CountStatus == fact.CountManual {
		return dst, nil
	}
	return append(dst, &fact.PlayerCountSet{At: at, Play: c.GameID, PlayerCount: *c.PlayerCount, Status: fact.CountManual}), nil
}

// change finds the playing a command wants to change. A closed session is a record
// of the evening: nothing in it changes any more, removals included.
func (h *State) change(id protocol.PlayID) (*play, *protocol.Error) {
	if h.phase != phaseActive {
		return nil, protocol.Errorf(protocol.CodeSessionClosed, "Cannot change games of a closed session")
	}
	p := h.find(id)
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
