package protocol

import "time"

// Limits of guests.
const (
	// MaxVoteChanges is how often a guest's device may change its vote for one play, or
	// its choice in one poll, and MaxRepeatVotes how many votes beyond the first it has for
	// one play under PolicyEvery. A person who plays with the buttons stays below; each
	// is a record on disk of up to a kilobyte.
	MaxVoteChanges = 20
	MaxRepeatVotes = 100
	// MaxNetworkExtraVotes bounds the changes and repeated votes of all devices of one IPv4
	// address, or one IPv6 /48, in a session: 200 for each phone of a hall of a thousand,
	// and 200 MB on disk. A device's first vote for a play is counted beyond the bound,
	// so no device keeps others from voting.
	MaxNetworkExtraVotes = 200_000
	// GuestTokenTTL is the life of a guest's token: no evening is longer, and a guest who
	// stays enters again with the same code.
	GuestTokenTTL = 12 * time.Hour
)

// EnterAsGuest is the body of join.enter: a phone enters a session with its join code.
type EnterAsGuest struct {
	Code string `json:"code"`
	// Secret is that of the link in the QR code. With the right one the code was not guessed,
	// and the limits on guesses do not apply.
	Secret string `json:"secret"`
	// Name is shown with the votes; a device without one is given a name.
	Name string `json:"name"`
	// Device is that of an earlier GuestLogin, so that the phone stays the same device.
	Device string `json:"device"`
}

// Check validates the fields; whether the code belongs to a session is decided later.
func (e EnterAsGuest) Check() *Error {
	if e.Code == "" {
		return Invalid("code is required")
	}
	return checkLine("name", e.Name, 0, MaxUsername)
}

// GuestState is what a session knows of a device that enters with the code.
type GuestState struct {
	SessionID  SessionID
	Generation JoinGeneration
	// VoidCount is how often votes were voided in the session so far.
	VoidCount uint32
	Policy    JoinPolicy
	// HasVoted says that the device has voted in the session or in the open poll.
	HasVoted bool
	// Yours is the device's vote for the current play, nil when it has none.
	Yours *YourVote
	// Chosen is the device's choice in the open poll, nil when it has none.
	Chosen *YourChoice
}

// GuestLogin is the answer of join.enter.
type GuestLogin struct {
	Token     string      `json:"token"`
	Role      Role        `json:"role"`
	SessionID SessionID   `json:"sessionId"`
	Name      string      `json:"name"`
	Device    string      `json:"device"`
	Policy    JoinPolicy  `json:"policy"`
	ExpiresAt Timestamp   `json:"expiresAt"`
	Yours     *YourVote   `json:"yours"`
	Chosen    *YourChoice `json:"chosen"`
}

// YourVote is the newest vote of a device for one play.
type YourVote struct {
	GameID    PlayID    `json:"gameId"`
	Vote      VoteType  `json:"vote"`
	Timestamp Timestamp `json:"timestamp"`
}

// YourChoice is the choice of a device in the open poll: the number of a candidate, from 1.
type YourChoice struct {
	PollID PollID `json:"pollId"`
	Choice int    `json:"choice"`
}

// CastGuestVote casts a guest's vote for the current play: join.vote.
type CastGuestVote struct {
	Vote VoteType `json:"vote"`
	// GameID is the play that the phone shows, 0 for unknown. The vote is refused when
	// another is current.
	GameID PlayID `json:"gameId"`
	// The fields below are those of the guest's token.
	SessionID  SessionID      `json:"-"`
	Generation JoinGeneration `json:"-"`
	Device     DeviceID       `json:"-"`
	Address    AddressID      `json:"-"`
	VoidCount  uint32         `json:"-"`
	Username   string         `json:"-"`
}

// Target implements SessionCommand.
func (c *CastGuestVote) Target() SessionID { return c.SessionID }

// Check implements Command.
func (c *CastGuestVote) Check() *Error {
	if c.Vote != VoteUp && c.Vote != VoteDown {
		return errVoteType()
	}
	if c.GameID < 0 {
		return Invalid("gameId must be a positive integer")
	}
	return nil
}

// GuestVoteAccepted is the answer of join.vote.
type GuestVoteAccepted struct {
	VoteAccepted
	// Counted is false when the device had already cast this vote and nothing has changed.
	Counted bool     `json:"counted"`
	Yours   YourVote `json:"yours"`
}
