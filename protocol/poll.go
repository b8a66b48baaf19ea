package protocol

import "strconv"

// Limits of polls.
const (
	// MinCandidates and MaxCandidates bound the candidates of one poll: more than six do not
	// fit on a screen beside the game that is being played.
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
	// MaxPollVoters bounds the voters of one poll, whose choices are in memory until it ends:
	// some 8 MB. It is ten times the largest audience room.
	MaxPollVoters = 100_000
)

// PollID identifies a poll. See NewPollID.
type PollID int64

// NewPollID returns the id of the n-th poll (from 1) of a session: 3001 is the first of
// session 3. Sessions number their polls as they number their plays.
func NewPollID(s SessionID, n int) PollID { return PollID(int64(s)*MaxPolls + int64(n)) }

func (id PollID) String() string { return strconv.FormatInt(int64(id), 10) }

// PollStatus is the status of a poll.
type PollStatus string

// The statuses of a poll. A poll is canceled by the host or by the end of its session.
const (
	StatusOpen     PollStatus = "open"
	StatusEnded    PollStatus = "ended"
	StatusCanceled PollStatus = "canceled"
)

// Poll asks the audience which game comes next.
type Poll struct {
	ID        PollID     `json:"id"`
	SessionID SessionID  `json:"session_id"`
	Status    PollStatus `json:"status"`
	StartedAt Timestamp  `json:"started_at"`
	// EndsAt is the time after which no vote counts; EndedAt is when the poll was ended and
	// its outcome known.
	EndsAt  Timestamp  `json:"ends_at"`
	EndedAt *Timestamp `json:"ended_at"`
	// RemainingMS is the time left in milliseconds, 0 when the poll is over. A countdown
	// starts from it, so that it does not depend on the clocks of server and screen.
	RemainingMS int64 `json:"remaining_ms"`
	// AutoAdd says that the winner is added to the session when the poll ends.
	AutoAdd    bool        `json:"auto_add"`
	Candidates []Candidate `json:"candidates"`
	TotalVotes int64       `json:"total_votes"`
	// Winner is null while the poll is open and when it was canceled.
	Winner *Candidate `json:"winner"`
	// Tie says that several candidates had the most votes and the winner was drawn at random.
	Tie bool `json:"tie"`
	// Added says that the winner was added to the session after the end.
	Added bool `json:"added"`
	// Followed says that any game was added to the session after the end.
	Followed bool `json:"followed"`
}

// Candidate is a game that can win a poll, as it was in the catalogue when the poll began.
type Candidate struct {
	// Choice is the candidate's number in the poll, from 1, which a voter sends.
	Choice     int    `json:"choice"`
	GameID     GameID `json:"game_id"`
	Title      string `json:"title"`
	PackName   string `json:"pack_name"`
	MinPlayers int    `json:"min_players"`
	MaxPlayers int    `json:"max_players"`
	Votes      int64  `json:"votes"`
}

// StartPoll starts a poll: sessions.poll.start. Either GameIDs names the candidates, or Count
// is how many the picker picks at random.
type StartPoll struct {
	ID      SessionID `json:"id"`
	GameIDs []GameID  `json:"game_ids"`
	Count   *int      `json:"count"`
	// The filters of the picker are those of Pick.
	PlayerCount    int    `json:"playerCount"`
	Drawing        string `json:"drawing"`
	Length         string `json:"length"`
	FamilyFriendly *bool  `json:"familyFriendly"`
	ExcludePlayed  bool   `json:"excludePlayed"`
	// Seconds is how long the poll is open, default DefaultPollSeconds.
	Seconds *int `json:"seconds"`
	AutoAdd bool `json:"auto_add"`
	// Candidates are looked up or picked by the hub.
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

// Target implements SessionCommand.
func (c StartPoll) Target() SessionID { return c.ID }

// Pick returns the query by which the picker picks the candidates.
func (c StartPoll) Pick() Pick {
	return Pick{PlayerCount: c.PlayerCount, Drawing: c.Drawing, Length: c.Length, FamilyFriendly: c.FamilyFriendly,
		SessionID: c.ID, ExcludePlayed: c.ExcludePlayed}
}

// CastPollVote casts one vote in the open poll: sessions.poll.vote.
type CastPollVote struct {
	ID SessionID `json:"id"`
	// PollID is the poll that the voter has seen; 0 is the open poll.
	PollID PollID `json:"poll_id"`
	// Username is the voter. For a guest it is the name given at entry.
	Username string `json:"username"`
	// Choice is the number of the candidate, from 1.
	Choice int `json:"choice"`
	// Device is a guest's phone, 0 for a vote that a bot or an admin sends. A phone has one
	// vote whatever its name. Generation, Address and VoidCount are those of its token.
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

// Target implements SessionCommand.
func (c *CastPollVote) Target() SessionID { return c.ID }

// EndPoll ends the open poll now: sessions.poll.end.
type EndPoll struct {
	ID SessionID `json:"id"`
	// PollID is the poll whose time is over; 0 is the open poll.
	PollID PollID `json:"-"`
	// TieBreak decides a tie, uniform in [0, 1). The hub draws it when it ends the poll, so
	// nobody can know it earlier.
	TieBreak float64 `json:"-"`
}

// Check implements Command.
func (c EndPoll) Check() *Error { return nil }

// Target implements SessionCommand.
func (c EndPoll) Target() SessionID { return c.ID }

// CancelPoll ends the open poll without a winner: sessions.poll.cancel.
type CancelPoll struct {
	ID SessionID `json:"id"`
}

// Check implements Command.
func (c CancelPoll) Check() *Error { return nil }

// Target implements SessionCommand.
func (c CancelPoll) Target() SessionID { return c.ID }

// AddPollWinner adds the winner of the newest poll to the session: sessions.poll.add.
type AddPollWinner struct {
	ID SessionID `json:"id"`
}

// Check implements Command.
func (c AddPollWinner) Check() *Error { return nil }

// Target implements SessionCommand.
func (c AddPollWinner) Target() SessionID { return c.ID }

// PollStarted is the data of poll.started.
type PollStarted struct {
	SessionID SessionID `json:"sessionId"`
	Poll      Poll      `json:"poll"`
}

// PollTallied is the data of poll.tally, which follows each vote in a poll.
type PollTallied struct {
	SessionID SessionID  `json:"sessionId"`
	Poll      PollTotals `json:"poll"`
}

// PollTotals is the poll within PollTallied and VotesVoided.
type PollTotals struct {
	ID         PollID           `json:"id"`
	Candidates []CandidateVotes `json:"candidates"`
	TotalVotes int64            `json:"total_votes"`
}

// CandidateVotes are the votes of a candidate. The order in the list is that of the choices.
type CandidateVotes struct {
	GameID GameID `json:"game_id"`
	Votes  int64  `json:"votes"`
}

// AppendPollTallyEvent appends the JSON of a poll.tally event to dst: the same bytes as
// json.Marshal of the Event, without its allocations, because polls get votes as fast as games.
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
// the choices, and their sum.
type TallyPoll struct {
	ID    PollID  `json:"id"`
	Votes []int64 `json:"votes"`
	Total int64   `json:"total"`
}
