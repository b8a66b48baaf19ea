package protocol

import "strconv"

// Limits of polls that clients meet.
const (
	// MinCandidates and MaxCandidates of one poll: more than six do not fit a screen
	// beside the game that is being played.
	MinCandidates = 2
	MaxCandidates = 6
	// MinPollSeconds, in seconds, is about the delay of a stream: with less, the chat
	// would see the poll when it is over. MaxPollSeconds is longer than any game.
	MinPollSeconds     = 10
	MaxPollSeconds     = 3600
	DefaultPollSeconds = 60
	// MaxPolls is how many polls one session can have; it also makes the decimal digits
	// of a PollID. An evening has about ten.
	MaxPolls = 1_000
	// MaxPollVoters bounds the voters of one poll, who are remembered until it ends:
	// some 8 MB. It is ten times the largest audience room.
	MaxPollVoters = 100_000
)

// PollID names a poll. See NewPollID.
type PollID int64

// NewPollID makes the id of the n-th poll (from 1) of a session: 3001 is the first of
// session 3. Sessions number their own polls as they do their playings.
func NewPollID(s SessionID, n int) PollID { return PollID(int64(s)*MaxPolls + int64(n)) }

func (id PollID) String() string { return strconv.FormatInt(int64(id), 10) }

// PollStatus is where a poll stands.
type PollStatus string

// The statuses of a poll. It is canceled by the host or by the end of the session.
const (
	StatusOpen     PollStatus = "open"
	StatusEnded    PollStatus = "ended"
	StatusCanceled PollStatus = "canceled"
)

// Poll asks the crowd which game comes next.
type Poll struct {
	ID        PollID     `json:"id"`
	SessionID SessionID  `json:"session_id"`
	Status    PollStatus `json:"status"`
	StartedAt Timestamp  `json:"started_at"`
	// EndsAt is when no vote counts any more; EndedAt is when the outcome was known.
	EndsAt  Timestamp  `json:"ends_at"`
	EndedAt *Timestamp `json:"ended_at"`
	// RemainingMS is how many milliseconds it goes on yet, 0 when it is over: a countdown
	// begins from it, whatever the clocks of the server and of a screen say.
	RemainingMS int64 `json:"remaining_ms"`
	// AutoAdd says that the winner is added to the session with the end.
	AutoAdd    bool        `json:"auto_add"`
	Candidates []Candidate `json:"candidates"`
	TotalVotes int64       `json:"total_votes"`
	// Winner is null while the poll is open and when it was canceled.
	Winner *Candidate `json:"winner"`
	// Tie says that the draw decided between several with the most votes.
	Tie bool `json:"tie"`
	// Added says that the winner was added to the session since the end.
	Added bool `json:"added"`
	// Followed says that some game was added to the session since the end.
	Followed bool `json:"followed"`
}

// Candidate is a game that a poll asks about, as it was in the catalogue when the
// poll began.
type Candidate struct {
	// Choice is its number in the poll, from 1: what a voter names.
	Choice     int    `json:"choice"`
	GameID     GameID `json:"game_id"`
	Title      string `json:"title"`
	PackName   string `json:"pack_name"`
	MinPlayers int    `json:"min_players"`
	MaxPlayers int    `json:"max_players"`
	Votes      int64  `json:"votes"`
}

// StartPoll asks the crowd what comes next: sessions.poll.start. Either GameIDs names
// the candidates, or Count says how many the picker is to roll.
type StartPoll struct {
	ID      SessionID `json:"id"`
	GameIDs []GameID  `json:"game_ids"`
	Count   *int      `json:"count"`
	// The filters of the picker, as in Pick.
	PlayerCount    int    `json:"playerCount"`
	Drawing        string `json:"drawing"`
	Length         string `json:"length"`
	FamilyFriendly *bool  `json:"familyFriendly"`
	ExcludePlayed  bool   `json:"excludePlayed"`
	// Seconds is how long the crowd may vote, default DefaultPollSeconds.
	Seconds *int `json:"seconds"`
	AutoAdd bool `json:"auto_add"`
	// Candidates are looked up or rolled by the hub.
	Candidates []Game `json:"-"`
}

// Check implements Command.
func (c StartPoll) Check() *Error {
	if err := c.checkCandidates(); err != nil {
		return err
	}
	if s := c.Seconds; s != nil && (*s < MinPollSeconds || *s > MaxPollSeconds) {
		return Invalid("seconds must be between %d and %d", MinPollSeconds, MaxPollSeconds)
	}
	return c.Pick().Filter().Check()
}

func (c StartPoll) checkCandidates() *Error {
	switch {
	case c.GameIDs == nil && c.Count == nil:
		return Invalid("game_ids or count is required")
	case c.GameIDs != nil && c.Count != nil:
		return Invalid("game_ids and count exclude each other")
	case c.Count != nil:
		if *c.Count < MinCandidates || *c.Count > MaxCandidates {
			return Invalid("count must be between %d and %d", MinCandidates, MaxCandidates)
		}
		return nil
	case len(c.GameIDs) < MinCandidates || len(c.GameIDs) > MaxCandidates:
		return Invalid("game_ids must be a list of %d to %d games", MinCandidates, MaxCandidates)
	}
	return c.checkGames()
}

func (c StartPoll) checkGames() *Error {
	seen := make(map[GameID]bool, len(c.GameIDs))
	for _, id := range c.GameIDs {
		if id < 1 {
			return Invalid("game_ids must be positive integers")
		}
		if seen[id] {
			return Invalid("game_ids must be different games")
		}
		seen[id] = true
	}
	return nil
}

// Target is the session that decides.
func (c StartPoll) Target() SessionID { return c.ID }

// Pick is what the picker is asked for the candidates.
func (c StartPoll) Pick() Pick {
	return Pick{PlayerCount: c.PlayerCount, Drawing: c.Drawing, Length: c.Length, FamilyFriendly: c.FamilyFriendly,
		SessionID: c.ID, ExcludePlayed: c.ExcludePlayed}
}

// CastPollVote is one voter's choice in the open poll: sessions.poll.vote.
type CastPollVote struct {
	ID SessionID `json:"id"`
	// PollID is the poll that the voter has seen; 0 is the one that is open.
	PollID PollID `json:"poll_id"`
	// Username is who votes. For a guest it is the name it came in with.
	Username string `json:"username"`
	// Choice is the number of the candidate, from 1.
	Choice int `json:"choice"`
	// Device is a guest's phone, 0 for the voter of a bot or an admin. A phone has one
	// vote whatever its name. Generation, Address and Voids are those of its token.
	Device     DeviceID       `json:"-"`
	Generation JoinGeneration `json:"-"`
	Address    AddressID      `json:"-"`
	VoidCount  uint32         `json:"-"`
}

// Check implements Command.
func (c *CastPollVote) Check() *Error {
	if c.PollID < 0 {
		return Invalid("poll_id must be a positive integer")
	}
	if c.Choice < 1 || c.Choice > MaxCandidates {
		return Invalid("choice must be the number of a candidate")
	}
	if c.Username == "" {
		return Invalid("username is required")
	}
	return checkLine("username", c.Username, 1, MaxUsername)
}

func (c *CastPollVote) Target() SessionID { return c.ID }

// EndPoll ends the open poll now: sessions.poll.end.
type EndPoll struct {
	ID SessionID `json:"id"`
	// PollID is the poll whose time is over; 0 is the one that is open.
	PollID PollID `json:"-"`
	// Draw decides a tie, uniform in [0, 1). The hub draws it when it ends the poll, so
	// nobody can know it before.
	TieBreak float64 `json:"-"`
}

// Check implements Command.
func (c EndPoll) Check() *Error { return nil }

func (c EndPoll) Target() SessionID { return c.ID }

// CancelPoll ends the open poll without a winner: sessions.poll.cancel.
type CancelPoll struct {
	ID SessionID `json:"id"`
}

// Check implements Command.
func (c CancelPoll) Check() *Error { return nil }

func (c CancelPoll) Target() SessionID { return c.ID }

// AddPollWinner makes the winner of the newest poll the next game: sessions.poll.add.
type AddPollWinner struct {
	ID SessionID `json:"id"`
}

// Check implements Command.
func (c AddPollWinner) Check() *Error { return nil }

func (c AddPollWinner) Target() SessionID { return c.ID }

// PollStarted is the data of poll.started.
type PollStarted struct {
	SessionID SessionID `json:"sessionId"`
	Poll      Poll      `json:"poll"`
}

// PollTallied is the data of poll.tally, told with each vote.
type PollTallied struct {
	SessionID SessionID  `json:"sessionId"`
	Poll      PollTotals `json:"poll"`
}

// PollTotals is the poll within PollTallied.
type PollTotals struct {
	ID         PollID           `json:"id"`
	Candidates []CandidateVotes `json:"candidates"`
	TotalVotes int64            `json:"total_votes"`
}

// CandidateVotes is how many votes a candidate has. Its place in the list is its choice.
type CandidateVotes struct {
	GameID GameID `json:"game_id"`
	Votes  int64  `json:"votes"`
}

// AppendPollTallyEvent appends the JSON of a poll.tally event to dst, as json.Marshal of the
// Event would: polls are voted on as fast as games.
func AppendPollTallyEvent(dst []byte, at Timestamp, seq Seq, t *PollTallied) []byte {
	dst = append(dst, `{"type":"poll.tally","timestamp":`...)
	dst = at.AppendJSON(dst)
	dst = append(dst, `,"sessionId":`...)
	dst = strconv.AppendInt(dst, int64(t.SessionID), 10)
	dst = append(dst, `,"seq":`...)
	dst = strconv.AppendUint(dst, uint64(seq), 10)
	dst = append(dst, `,"data":{"sessionId":`...)
	dst = strconv.AppendInt(dst, int64(t.SessionID), 10)
	dst = append(dst, `,"poll":{"id":`...)
	dst = strconv.AppendInt(dst, int64(t.Poll.ID), 10)
	dst = append(dst, `,"candidates":[`...)
	for i, c := range t.Poll.Candidates {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"game_id":`...)
		dst = strconv.AppendInt(dst, int64(c.GameID), 10)
		dst = append(dst, `,"votes":`...)
		dst = strconv.AppendInt(dst, c.Votes, 10)
		dst = append(dst, '}')
	}
	dst = append(dst, `],"total_votes":`...)
	dst = strconv.AppendInt(dst, t.Poll.TotalVotes, 10)
	return append(dst, `}}}`...)
}

// PollEnded is the data of poll.ended, also of a poll that was canceled.
type PollEnded struct {
	SessionID SessionID `json:"sessionId"`
	Poll      Poll      `json:"poll"`
}

// TallyPoll is the open poll within a Tally: the votes of each candidate in the order of
// their choices, and of all together.
type TallyPoll struct {
	ID    PollID  `json:"id"`
	Votes []int64 `json:"votes"`
	Total int64   `json:"total"`
}
