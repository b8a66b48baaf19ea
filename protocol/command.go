package protocol

// Command is a request to change something. REST bodies and request frames decode
// into the same commands: path, query and body parameters by their JSON names.
type Command interface {
	// Check looks at shape alone (presence, lengths, ranges), nil when it fits. What
	// depends on the state of things is decided by the state.
	Check() *Error
}

// SessionCommand is a command that one session decides.
type SessionCommand interface {
	Command
	Target() SessionID
}

// CreateSession opens a game night: sessions.create.
type CreateSession struct {
	Notes *string `json:"notes"`
	// ID is given by the registry.
	ID SessionID `json:"-"`
}

// CloseSession ends it: sessions.close. What is playing becomes played.
type CloseSession struct {
	ID    SessionID `json:"id"`
	Notes *string   `json:"notes"`
}

// DeleteSession forgets a closed session: sessions.delete. Totals of games stay.
type DeleteSession struct {
	ID SessionID `json:"id"`
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

// SetGameStatus moves a playing: sessions.games.status.
type SetGameStatus struct {
	ID     SessionID  `json:"id"`
	GameID PlayID     `json:"gameId"`
	Status PlayStatus `json:"status"`
}

// RemoveGame takes a playing out of its session: sessions.games.remove. Its votes
// stay counted.
type RemoveGame struct {
	ID     SessionID `json:"id"`
	GameID PlayID    `json:"gameId"`
}

// SetRoomCode says where to join: sessions.games.room_code. Codes are stored in upper case.
type SetRoomCode struct {
	ID       SessionID `json:"id"`
	GameID   PlayID    `json:"gameId"`
	RoomCode string    `json:"room_code"`
}

// SetPlayerCount sets the count by hand, which wins over an automatic one: sessions.games.player_count.
type SetPlayerCount struct {
	ID          SessionID `json:"id"`
	GameID      PlayID    `json:"gameId"`
	PlayerCount *int      `json:"player_count"`
}

// StartPlayerCheck has the players in the game's room counted:
// sessions.games.start_player_check. The playing needs a room code.
type StartPlayerCheck struct {
	ID     SessionID `json:"id"`
	GameID PlayID    `json:"gameId"`
}

// StopPlayerCheck ends that: sessions.games.stop_player_check.
type StopPlayerCheck struct {
	ID     SessionID `json:"id"`
	GameID PlayID    `json:"gameId"`
}

// CastVote is one thumb: votes.live. It belongs to the playing with the latest
// played_at that is not after the timestamp.
type CastVote struct {
	// SessionID 0 means the active session.
	SessionID SessionID      `json:"sessionId"`
	Username  string         `json:"username"`
	Vote      VoteType       `json:"vote"`
	Timestamp *VoteTimestamp `json:"timestamp"`
	// Ticker names a game of the catalogue in the reference API, whatever is being played.
	// There are none here yet: a vote that has one is refused.
	Ticker string `json:"ticker,omitempty"`
}

// CastVotes is many thumbs in order, each with a result of its own: votes.batch.
type CastVotes struct {
	// SessionID is the session of those votes that name none.
	SessionID SessionID  `json:"sessionId"`
	Votes     []CastVote `json:"votes"`
}

// Target is the session that decides.
func (c CreateSession) Target() SessionID    { return c.ID }
func (c CloseSession) Target() SessionID     { return c.ID }
func (c DeleteSession) Target() SessionID    { return c.ID }
func (c AddGame) Target() SessionID          { return c.ID }
func (c SetGameStatus) Target() SessionID    { return c.ID }
func (c RemoveGame) Target() SessionID       { return c.ID }
func (c SetRoomCode) Target() SessionID      { return c.ID }
func (c SetPlayerCount) Target() SessionID   { return c.ID }
func (c StartPlayerCheck) Target() SessionID { return c.ID }
func (c StopPlayerCheck) Target() SessionID  { return c.ID }
func (c *CastVote) Target() SessionID        { return c.SessionID }
func (c *CastVotes) Target() SessionID       { return c.SessionID }

// IssueToken makes a scoped token: tokens.create.
type IssueToken struct {
	Role      Role       `json:"role"`
	Name      string     `json:"name"`
	SessionID *SessionID `json:"sessionId"`
	// ExpiresIn is a number of seconds or a duration such as "12h" or "30d"; default 24h.
	ExpiresIn Duration `json:"expiresIn"`
}

// RevokeToken ends a scoped token at once: tokens.revoke.
type RevokeToken struct {
	ID TokenID `json:"id"`
}

// GameFields are what a host can say of a game; nil leaves a field as it is.
type GameFields struct {
	PackName       *string          `json:"pack_name"`
	Title          *string          `json:"title"`
	MinPlayers     *int             `json:"min_players"`
	MaxPlayers     *int             `json:"max_players"`
	LengthMinutes  Optional[int]    `json:"length_minutes,omitzero"`
	HasAudience    *bool            `json:"has_audience"`
	FamilyFriendly *bool            `json:"family_friendly"`
	GameType       Optional[string] `json:"game_type,omitzero"`
	SecondaryType  Optional[string] `json:"secondary_type,omitzero"`
	Enabled        *bool            `json:"enabled"`
	FavorBias      *int             `json:"favor_bias"`
}

// CreateGame adds a game to the catalogue: games.create.
type CreateGame struct {
	GameFields
}

// UpdateGame changes the fields that are given: games.update.
type UpdateGame struct {
	ID GameID `json:"id"`
	GameFields
}

// DeleteGame takes a game out of the catalogue: games.delete. Past sessions keep it.
type DeleteGame struct {
	ID GameID `json:"id"`
}

// ToggleGame turns enabled into disabled and back: games.toggle.
type ToggleGame struct {
	ID GameID `json:"id"`
}

// FavorGame sets a game's weight in the picker: games.favor.
type FavorGame struct {
	ID        GameID `json:"id"`
	FavorBias *int   `json:"favor_bias"`
}

// TogglePack enables or disables all games of a pack: games.packs.toggle.
type TogglePack struct {
	Name    string `json:"name"`
	Enabled *bool  `json:"enabled"`
}

// FavorPack sets a pack's weight in the picker: games.packs.favor.
type FavorPack struct {
	Name      string `json:"name"`
	FavorBias *int   `json:"favor_bias"`
}
