package protocol

import "strconv"

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

// TallyPoll is the open poll within a Tally: the votes of each candidate in the order of
// their choices, and of all together.
type TallyPoll struct {
	ID    PollID  `json:"id"`
	Votes []int64 `json:"votes"`
	Total int64   `json:"total"`
}

// PollEnded is the data of poll.ended, also of a poll that was canceled.
type PollEnded struct {
	SessionID SessionID `json:"sessionId"`
	Poll      Poll      `json:"poll"`
}
