package protocol

// Limits of the games of a session.
const (
	// MaxPlays is how many games one session can hold; it also makes the decimal
	// digits of a PlayID. An evening has about ten.
	MaxPlays = 10_000
	// MaxPlayers bounds player counts; the largest audience room holds 10,000.
	MaxPlayers = 100_000
)

// PlayStatus is where a playing stands.
type PlayStatus string

// The statuses of a playing.
const (
	StatusPlaying PlayStatus = "playing"
	StatusPlayed  PlayStatus = "played"
	StatusSkipped PlayStatus = "skipped"
)

// SessionGame is one playing of a game within a session, joined with the game.
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

// AddGame starts the next game: sessions.games.add.
type AddGame struct {
	ID            SessionID `json:"id"`
	GameID        GameID    `json:"game_id"`
	ManuallyAdded bool      `json:"manually_added"`
	RoomCode      *string   `json:"room_code"`
	// Game is looked up by the hub: the catalogue's entry with its totals so far.
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

func (c AddGame) Target() SessionID { return c.ID }

// SetGameStatus moves a playing: sessions.games.status.
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

func (c SetGameStatus) Target() SessionID { return c.ID }

// RemoveGame takes a playing out of its session: sessions.games.remove. Its votes
// stay counted.
type RemoveGame struct {
	ID     SessionID `json:"id"`
	GameID PlayID    `json:"gameId"`
}

// Check implements Command.
func (c RemoveGame) Check() *Error { return nil }

func (c RemoveGame) Target() SessionID { return c.ID }

// SetRoomCode says where to join: sessions.games.room_code. Codes are stored in upper case.
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

func (c SetRoomCode) Target() SessionID { return c.ID }

// checkRoomCode wants what the game's site accepts: four of A–Z and 0–9, in any case.
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

// SetPlayerCount sets the count by hand, which wins over an automatic one: sessions.games.player_count.
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

func (c SetPlayerCount) Target() SessionID { return c.ID }

// StartPlayerCheck has the players in the game's room counted:
// sessions.games.start_player_check. The playing needs a room code.
type StartPlayerCheck struct {
	ID     SessionID `json:"id"`
	GameID PlayID    `json:"gameId"`
}

// Check implements Command.
func (c StartPlayerCheck) Check() *Error { return nil }

func (c StartPlayerCheck) Target() SessionID { return c.ID }

// StopPlayerCheck ends that: sessions.games.stop_player_check.
type StopPlayerCheck struct {
	ID     SessionID `json:"id"`
	GameID PlayID    `json:"gameId"`
}

// Check implements Command.
func (c StopPlayerCheck) Check() *Error { return nil }

func (c StopPlayerCheck) Target() SessionID { return c.ID }

// PlayerCheck is the answer of sessions.games.start_player_check and its end: what
// becomes of the automatic count. Status is waiting or stopped.
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

// GameStatus is the data of game.status; GameID is the {gameId} of the session's paths.
type GameStatus struct {
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
