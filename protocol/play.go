package protocol

// Limits of the games of a session.
const (
	// MaxPlays is how many games one session can hold; it also makes the decimal
	// digits of a PlayID. An evening has about ten.
	MaxPlays = 10_000
	// MaxPlayers bounds player counts; the largest audience room holds 10,000.
	MaxPlayers = 100_000
)

// PlayStatus is the status of a play.
type PlayStatus string

// The statuses of a play.
const (
	StatusPlaying PlayStatus = "playing"
	StatusPlayed  PlayStatus = "played"
	StatusSkipped PlayStatus = "skipped"
)

// SessionGame is one play of a game in a session, with the fields of the game.
type SessionGame struct {
	ID                     PlayID     `json:"id"`
	SessionID              SessionID  `json:"session_id"`
	GameID                 GameID     `json:"game_id"`
	PlayedAt               Timestamp  `json:"played_at"`
	ManuallyAdded          bool       `json:"manually_added"`
	Status                 PlayStatus `json:"status"`
	RoomCode               *string    `json:"room_code"`
	PlayerCount            *int       `json:"player_count"`
	PlayerCountCheckStatus *string    `json:"player_count_check_status"`
	PackName               string     `json:"pack_name"`
	Title                  string     `json:"title"`
	GameType               *string    `json:"game_type"`
	MinPlayers             int        `json:"min_players"`
	MaxPlayers             int        `json:"max_players"`
	PopularityScore        int64      `json:"popularity_score"`
	Upvotes                int64      `json:"upvotes"`
	Downvotes              int64      `json:"downvotes"`
}

// AddGame adds a play to a session and makes it the current one: sessions.games.add.
type AddGame struct {
	ID            SessionID `json:"id"`
	GameID        GameID    `json:"game_id"`
	ManuallyAdded bool      `json:"manually_added"`
	RoomCode      *string   `json:"room_code"`
	// Game is the catalogue's game with its totals so far, looked up by the hub.
	Game Game `json:"-"`
}

// Check implements Command.
func (c AddGame) Check() *Error {
	if c.GameID == 0 {
		return Invalid("game_id is required")
	}
	if c.RoomCode != nil {
		return checkRoomCode(*c.RoomCode)
	}
	return nil
}

// Target implements SessionCommand.
func (c AddGame) Target() SessionID { return c.ID }

// SetGameStatus sets the status of a play: sessions.games.status.
type SetGameStatus struct {
	ID     SessionID  `json:"id"`
	GameID PlayID     `json:"gameId"`
	Status PlayStatus `json:"status"`
}

// Check implements Command.
func (c SetGameStatus) Check() *Error {
	switch c.Status {
	case StatusPlaying, StatusPlayed, StatusSkipped:
		return nil
	}
	return Invalid("Invalid status. Must be playing, played, or skipped")
}

// Target implements SessionCommand.
func (c SetGameStatus) Target() SessionID { return c.ID }

// RemoveGame removes a play from its session: sessions.games.remove. Its votes stay in the
// game's totals.
type RemoveGame struct {
	ID     SessionID `json:"id"`
	GameID PlayID    `json:"gameId"`
}

// Check implements Command.
func (c RemoveGame) Check() *Error { return nil }

// Target implements SessionCommand.
func (c RemoveGame) Target() SessionID { return c.ID }

// SetRoomCode sets the Jackbox room code of a play: sessions.games.room_code. It is stored
// in upper case.
type SetRoomCode struct {
	ID       SessionID `json:"id"`
	GameID   PlayID    `json:"gameId"`
	RoomCode string    `json:"room_code"`
}

// Check implements Command.
func (c SetRoomCode) Check() *Error {
	if c.RoomCode == "" {
		return Invalid("room_code is required")
	}
	return checkRoomCode(c.RoomCode)
}

// Target implements SessionCommand.
func (c SetRoomCode) Target() SessionID { return c.ID }

// checkRoomCode accepts what jackbox.tv accepts: four of A–Z and 0–9, in any case.
func checkRoomCode(code string) *Error {
	ok := len(code) == 4
	for i := 0; ok && i < len(code); i++ {
		c := code[i] | 0x20
		ok = c >= 'a' && c <= 'z' || code[i] >= '0' && code[i] <= '9'
	}
	if !ok {
		return Invalid("Invalid room code format. Must be 4 characters (A-Z, 0-9)")
	}
	return nil
}

// SetPlayerCount sets the player count by hand: sessions.games.player_count. It takes
// precedence over an automatic count.
type SetPlayerCount struct {
	ID          SessionID `json:"id"`
	GameID      PlayID    `json:"gameId"`
	PlayerCount *int      `json:"player_count"`
}

// Check implements Command.
func (c SetPlayerCount) Check() *Error {
	if c.PlayerCount == nil {
		return Invalid("player_count is required")
	}
	if *c.PlayerCount < 0 || *c.PlayerCount > MaxPlayers {
		return Invalid("player_count must be between 0 and %d", MaxPlayers)
	}
	return nil
}

// Target implements SessionCommand.
func (c SetPlayerCount) Target() SessionID { return c.ID }

// StartPlayerCheck starts the automatic player count in the play's Jackbox room:
// sessions.games.start_player_check. The play needs a room code.
type StartPlayerCheck struct {
	ID     SessionID `json:"id"`
	GameID PlayID    `json:"gameId"`
}

// Check implements Command.
func (c StartPlayerCheck) Check() *Error { return nil }

// Target implements SessionCommand.
func (c StartPlayerCheck) Target() SessionID { return c.ID }

// StopPlayerCheck stops the automatic player count: sessions.games.stop_player_check.
type StopPlayerCheck struct {
	ID     SessionID `json:"id"`
	GameID PlayID    `json:"gameId"`
}

// Check implements Command.
func (c StopPlayerCheck) Check() *Error { return nil }

// Target implements SessionCommand.
func (c StopPlayerCheck) Target() SessionID { return c.ID }

// PlayerCheck is the answer of sessions.games.start_player_check and
// sessions.games.stop_player_check. Status is "waiting" or "stopped".
type PlayerCheck struct {
	Message string `json:"message"`
	Status  string `json:"status"`
}

// GameAdded is the data of game.added.
type GameAdded struct {
	Session EventSession `json:"session"`
	Game    AddedGame    `json:"game"`
}

// AddedGame is the game within GameAdded; PlayID is the {gameId} of the session's paths.
type AddedGame struct {
	ID            GameID  `json:"id"`
	Title         string  `json:"title"`
	PackName      string  `json:"pack_name"`
	MinPlayers    int     `json:"min_players"`
	MaxPlayers    int     `json:"max_players"`
	ManuallyAdded bool    `json:"manually_added"`
	RoomCode      *string `json:"room_code"`
	PlayID        PlayID  `json:"session_game_id"`
}

// GameStatusChanged is the data of game.status; GameID is the {gameId} of the session's paths.
type GameStatusChanged struct {
	SessionID SessionID  `json:"sessionId"`
	GameID    PlayID     `json:"gameId"`
	Status    PlayStatus `json:"status"`
}

// GameRemoved is the data of game.removed.
type GameRemoved struct {
	SessionID SessionID `json:"sessionId"`
	GameID    PlayID    `json:"gameId"`
}

// RoomCodeSet is the data of game.room-code.
type RoomCodeSet struct {
	SessionID SessionID `json:"sessionId"`
	GameID    PlayID    `json:"gameId"`
	RoomCode  string    `json:"roomCode"`
}

// PlayerCountUpdated is the data of player-count.updated.
type PlayerCountUpdated struct {
	SessionID   SessionID `json:"sessionId"`
	GameID      PlayID    `json:"gameId"`
	PlayerCount *int      `json:"playerCount"`
	Status      string    `json:"status"`
}
