package protocol

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

// EndPoll ends the open poll now: sessions.poll.end.
type EndPoll struct {
	ID SessionID `json:"id"`
	// PollID is the poll whose time is over; 0 is the one that is open.
	PollID PollID `json:"-"`
	// Draw decides a tie, uniform in [0, 1). The hub draws it when it ends the poll, so
	// nobody can know it before.
	TieBreak float64 `json:"-"`
}

// CancelPoll ends the open poll without a winner: sessions.poll.cancel.
type CancelPoll struct {
	ID SessionID `json:"id"`
}

// AddPollWinner makes the winner of the newest poll the next game: sessions.poll.add.
type AddPollWinner struct {
	ID SessionID `json:"id"`
}

// Target is the session that decides.
func (c StartPoll) Target() SessionID     { return c.ID }
func (c *CastPollVote) Target() SessionID { return c.ID }
func (c EndPoll) Target() SessionID       { return c.ID }
func (c CancelPoll) Target() SessionID    { return c.ID }
func (c AddPollWinner) Target() SessionID { return c.ID }

// Pick is what the picker is asked for the candidates.
func (c StartPoll) Pick() Pick {
	return Pick{PlayerCount: c.PlayerCount, Drawing: c.Drawing, Length: c.Length, FamilyFriendly: c.FamilyFriendly,
		SessionID: c.ID, ExcludePlayed: c.ExcludePlayed}
}
