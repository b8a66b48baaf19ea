package protocol

// Resources: what answers are made of. Absent values are null, lists are never null.

// Game is a game of the catalogue with what the audience thinks of it, over all sessions.
type Game struct {
	ID              GameID    `json:"id"`
	PackName        string    `json:"pack_name"`
	Title           string    `json:"title"`
	MinPlayers      int       `json:"min_players"`
	MaxPlayers      int       `json:"max_players"`
	LengthMinutes   *int      `json:"length_minutes"`
	HasAudience     bool      `json:"has_audience"`
	FamilyFriendly  bool      `json:"family_friendly"`
	GameType        *string   `json:"game_type"`
	SecondaryType   *string   `json:"secondary_type"`
	PlayCount       int64     `json:"play_count"`
	PopularityScore int64     `json:"popularity_score"`
	Upvotes         int64     `json:"upvotes"`
	Downvotes       int64     `json:"downvotes"`
	Enabled         bool      `json:"enabled"`
	FavorBias       int       `json:"favor_bias"` // 1 favoured, 0 neutral, -1 disfavoured
	CreatedAt       Timestamp `json:"created_at"`
}

// Pack is a row of games.packs.
type Pack struct {
	Name      string `json:"name"`
	FavorBias int    `json:"favor_bias"`
}

// PackMeta is a row of games.packs.meta.
type PackMeta struct {
	Name         string `json:"name"`
	TotalCount   int    `json:"total_count"`
	EnabledCount int    `json:"enabled_count"`
	TotalPlays   int64  `json:"total_plays"`
}

// Session is a game night.
type Session struct {
	ID          SessionID  `json:"id"`
	CreatedAt   Timestamp  `json:"created_at"`
	ClosedAt    *Timestamp `json:"closed_at"`
	IsActive    bool       `json:"is_active"`
	Notes       *string    `json:"notes"`
	GamesPlayed int        `json:"games_played"`
}

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

// PlayerCheck is the answer of sessions.games.start_player_check and its end: what
// becomes of the automatic count. Status is waiting or stopped.
type PlayerCheck struct {
	Message string `json:"message"`
	Status  string `json:"status"`
}

// Totals is what the audience thinks of a game; the score is upvotes minus downvotes.
type Totals struct {
	Upvotes         int64 `json:"upvotes"`
	Downvotes       int64 `json:"downvotes"`
	PopularityScore int64 `json:"popularity_score"`
}

// NewTotals computes the score.
func NewTotals(up, down int64) Totals {
	return Totals{Upvotes: up, Downvotes: down, PopularityScore: up - down}
}

// GameTally is a row of sessions.votes: the votes for a game within one session.
type GameTally struct {
	GameID     GameID `json:"game_id"`
	Title      string `json:"title"`
	PackName   string `json:"pack_name"`
	Upvotes    int64  `json:"upvotes"`
	Downvotes  int64  `json:"downvotes"`
	NetScore   int64  `json:"net_score"`
	TotalVotes int64  `json:"total_votes"`
}

// SessionVotes is the answer of sessions.votes, most votes first.
type SessionVotes struct {
	SessionID SessionID   `json:"session_id"`
	Votes     []GameTally `json:"votes"`
}

// VoteType is a thumb.
type VoteType string

// The two thumbs.
const (
	VoteUp   VoteType = "up"
	VoteDown VoteType = "down"
)

// Vote is a vote as events and answers show it.
type Vote struct {
	Username  string    `json:"username"`
	Type      VoteType  `json:"type"`
	Timestamp Timestamp `json:"timestamp"`
	// Replaced is the thumb of the same guest that this one takes back, absent for none.
	Replaced VoteType `json:"replaced,omitempty"`
}

// VoteAcceptedSession is the session within a VoteAccepted.
type VoteAcceptedSession struct {
	ID          SessionID `json:"id"`
	GamesPlayed int       `json:"games_played"`
}

// VoteAcceptedGame is the game within a VoteAccepted, with its totals after the vote.
type VoteAcceptedGame struct {
	ID    GameID `json:"id"`
	Title string `json:"title"`
	Totals
}

// VoteAccepted is the answer of votes.live.
type VoteAccepted struct {
	Success bool                `json:"success"`
	Message string              `json:"message"`
	Session VoteAcceptedSession `json:"session"`
	Game    VoteAcceptedGame    `json:"game"`
	Vote    Vote                `json:"vote"`
}

// VoteOutcome is one result within the answer of votes.batch, in the order of the
// request: status 200, or an error as votes.live would have answered it.
type VoteOutcome struct {
	Status int    `json:"status"`
	GameID GameID `json:"game_id,omitempty"`
	Error  string `json:"error,omitempty"`
	Code   Code   `json:"code,omitempty"`
}

// BatchResult is the answer of votes.batch.
type BatchResult struct {
	Accepted int           `json:"accepted"`
	Rejected int           `json:"rejected"`
	Results  []VoteOutcome `json:"results"`
}

// ChatResult is the answer of sessions.chat_import.
type ChatResult struct {
	Message string `json:"message"`
	// MessagesImported is how many lines the log had.
	MessagesImported int `json:"messagesImported"`
	// DuplicatesSkipped is how many of them held a vote that is within a second of
	// another of the same name, counted before or in the same log.
	DuplicatesSkipped int `json:"duplicatesSkipped"`
	// VotesProcessed is how many votes count that did not before.
	VotesProcessed int64 `json:"votesProcessed"`
	// VotesByGame are those votes; never nil.
	VotesByGame map[GameID]ChatTally `json:"votesByGame"`
}

// ChatTally is the votes of one chat log for one game.
type ChatTally struct {
	Title     string `json:"title"`
	Upvotes   int64  `json:"upvotes"`
	Downvotes int64  `json:"downvotes"`
}

// VoteRecord is a row of votes.list.
type VoteRecord struct {
	ID        uint64    `json:"id"`
	SessionID SessionID `json:"session_id"`
	GameID    GameID    `json:"game_id"`
	Title     string    `json:"game_title"`
	PackName  string    `json:"pack_name"`
	Username  string    `json:"username"`
	VoteType  VoteType  `json:"vote_type"`
	Timestamp Timestamp `json:"timestamp"`
	CreatedAt Timestamp `json:"created_at"`
}

// Pagination tells where a page stands.
type Pagination struct {
	Page       int   `json:"page"`
	Limit      int   `json:"limit"`
	Total      int64 `json:"total"`
	TotalPages int64 `json:"total_pages"`
}

// VotePage is the answer of votes.list, newest first.
type VotePage struct {
	Votes      []VoteRecord `json:"votes"`
	Pagination Pagination   `json:"pagination"`
	// LeftOut are sessions whose votes cannot be read, so they are missing here. Nearly
	// always there are none.
	LeftOut []SessionID `json:"left_out"`
}

// Picked is the answer of games.pick.
type Picked struct {
	Game         Game `json:"game"`
	PoolSize     int  `json:"poolSize"`
	TotalEnabled int  `json:"totalEnabled"`
}

// Count is a number in Stats.
type Count struct {
	Count int64 `json:"count"`
}

// RankedGame is a game in the best-of lists of Stats.
type RankedGame struct {
	ID              GameID `json:"id"`
	Title           string `json:"title"`
	PackName        string `json:"pack_name"`
	PlayCount       int64  `json:"play_count"`
	PopularityScore int64  `json:"popularity_score"`
	Upvotes         int64  `json:"upvotes"`
	Downvotes       int64  `json:"downvotes"`
}

// Stats is the answer of stats.get.
type Stats struct {
	Games            Count        `json:"games"`
	GamesEnabled     Count        `json:"gamesEnabled"`
	Packs            Count        `json:"packs"`
	Sessions         Count        `json:"sessions"`
	ActiveSessions   Count        `json:"activeSessions"`
	TotalGamesPlayed Count        `json:"totalGamesPlayed"`
	TotalVotes       Count        `json:"totalVotes"`
	MostPlayedGames  []RankedGame `json:"mostPlayedGames"`
	TopRatedGames    []RankedGame `json:"topRatedGames"`
}

// Token is an access token without its secret.
type Token struct {
	ID        TokenID    `json:"id"`
	Role      Role       `json:"role"`
	Name      string     `json:"name"`
	SessionID *SessionID `json:"sessionId"`
	CreatedAt Timestamp  `json:"createdAt"`
	ExpiresAt Timestamp  `json:"expiresAt"`
}

// IssuedToken is the answer of tokens.create: the only time the token itself is shown.
type IssuedToken struct {
	Token
	Secret string `json:"token"`
}

// QRCode is the answer of qr.make: a picture as SVG.
type QRCode struct {
	SVG string `json:"svg"`
}

// Login is the answer of auth.login.
type Login struct {
	Token     string `json:"token"`
	Message   string `json:"message"`
	ExpiresIn string `json:"expiresIn"`
}

// Verified is the answer of auth.verify. Iat and Exp are seconds since 1970.
type Verified struct {
	Valid bool `json:"valid"`
	User  struct {
		Role Role  `json:"role"`
		Iat  int64 `json:"iat"`
		Exp  int64 `json:"exp"`
	} `json:"user"`
}

// NewBatchResult makes room for n results.
func NewBatchResult(n int) *BatchResult { return &BatchResult{Results: make([]VoteOutcome, n)} }

// Take notes the i-th result.
func (r *BatchResult) Record(i int, v VoteOutcome) {
	r.Results[i] = v
	if v.Error == "" {
		r.Accepted++
		return
	}
	r.Rejected++
}

// Refuse notes why the i-th vote does not count.
func (r *BatchResult) Reject(i int, err *Error) {
	r.Record(i, VoteOutcome{Status: err.Code.Meaning().Status, Error: err.Message, Code: err.Code})
}
