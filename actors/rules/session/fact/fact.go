package fact

import "partyline/protocol"

// Fact is one change of a session that was decided: a pointer to one of the types below, or to
// ChatImported, PollStarted, PollVoted, PollEnded, VotesVoided or VotesFolded. At is the time of the decision,
// by a clock that may be set: the order of facts is that of the stream. A fact is never changed.
type Fact interface{ Occurred() protocol.Timestamp }

// Opened is the first fact of every session.
type Opened struct {
	At    protocol.Timestamp `json:"at"`
	Notes *string            `json:"notes,omitempty"`
}

// GameAdded starts a play of a game. At is the play's played_at, later than that of the play before
// unless the clock was set back in between.
type GameAdded struct {
	At            protocol.Timestamp `json:"at"`
	Play          protocol.PlayID    `json:"play"`
	Game          PlayedGame         `json:"game"`
	ManuallyAdded bool               `json:"manual,omitempty"`
	RoomCode      *string            `json:"room,omitempty"` // upper case
}

// PlayedGame is the catalogue's entry when the game was added, or first voted for by ticker, kept
// because the catalogue may change or delete it. Upvotes and Downvotes are the
// totals over all sessions at that moment.
type PlayedGame struct {
	ID         protocol.GameID `json:"id"`
	Title      string          `json:"title"`
	PackName   string          `json:"pack"`
	GameType   *string         `json:"type,omitempty"`
	MinPlayers int             `json:"min"`
	MaxPlayers int             `json:"max"`
	Upvotes    int64           `json:"up,omitempty"`
	Downvotes  int64           `json:"down,omitempty"`
}

// StatusChanged changes the status of a play. At most one play of a session is "playing".
type StatusChanged struct {
	At     protocol.Timestamp  `json:"at"`
	Play   protocol.PlayID     `json:"play"`
	Status protocol.PlayStatus `json:"status"`
}

// GameRemoved removes a play. Its votes stay counted.
type GameRemoved struct {
	At   protocol.Timestamp `json:"at"`
	Play protocol.PlayID    `json:"play"`
}

// RoomCodeSet sets the room code of a play: four of A–Z and 0–9.
type RoomCodeSet struct {
	At       protocol.Timestamp `json:"at"`
	Play     protocol.PlayID    `json:"play"`
	RoomCode string             `json:"room"`
}

// CountManual is the status of a player count that a host has set by hand.
const CountManual = "manual"

// PlayerCountSet sets the player count of a play by hand; Status is CountManual. It stops a player
// check that is running.
type PlayerCountSet struct {
	At          protocol.Timestamp `json:"at"`
	Play        protocol.PlayID    `json:"play"`
	PlayerCount int                `json:"count"`
	Status      string             `json:"status"`
}

// PlayerCheckMoved changes the status of the player check of a play, and the count, nil while it is
// not known. CheckChecking starts a new check.
type PlayerCheckMoved struct {
	At          protocol.Timestamp `json:"at"`
	Play        protocol.PlayID    `json:"play"`
	Status      string             `json:"status"`
	PlayerCount *int               `json:"count,omitempty"`
}

// VoteCast is one vote, up or down. Timestamp is the voter's, At the hub's; Username is as it was
// sent. Game is the play's game, for readers that keep totals only. A vote by ticker has no play:
// it is for Game, whether the session has played it or not.
type VoteCast struct {
	At        protocol.Timestamp
	Timestamp protocol.Timestamp
	Play      protocol.PlayID
	Game      protocol.GameID
	Type      protocol.VoteType
	Username  string
	// Device is the guest's phone, 0 for votes that have a name only. Replaced is the type of
	// the device's newest vote for that play, which this one replaces, empty for none.
	Device   protocol.DeviceID
	Replaced protocol.VoteType
	// Address is the network address of the device. Only the device's first vote in the session
	// has it; 0 in all others and when it is not known.
	Address protocol.AddressID
	// Details are the game of a vote by ticker for a game that the session did not know until
	// then, nil for all other votes.
	Details *PlayedGame
}

// Latest is the vote as lists of the latest votes show it.
func (f *VoteCast) Latest() protocol.LatestVote {
	return protocol.LatestVote{GameID: f.Game, Vote: f.Vote(), Device: f.Device}
}

// Vote is the vote as clients see it.
func (f *VoteCast) Vote() protocol.Vote {
	return protocol.Vote{Username: f.Username, Type: f.Type, Timestamp: f.Timestamp, Replaced: f.Replaced}
}

// JoinSet sets how phones join. Code is empty while joining is closed; every new code has a new
// generation, which ends the rights of the guests of earlier ones.
type JoinSet struct {
	At         protocol.Timestamp      `json:"at"`
	Generation protocol.JoinGeneration `json:"generation"`
	Policy     protocol.JoinPolicy     `json:"policy"`
	Code       string                  `json:"code,omitempty"`
}

// Closed closes the session. Notes nil leaves the session's notes as they are.
type Closed struct {
	At    protocol.Timestamp `json:"at"`
	Notes *string            `json:"notes,omitempty"`
}

// Deleted deletes everything about the session. It is the last fact.
type Deleted struct {
	At protocol.Timestamp `json:"at"`
}

func (f *Opened) Occurred() protocol.Timestamp           { return f.At }
func (f *GameAdded) Occurred() protocol.Timestamp        { return f.At }
func (f *StatusChanged) Occurred() protocol.Timestamp    { return f.At }
func (f *GameRemoved) Occurred() protocol.Timestamp      { return f.At }
func (f *RoomCodeSet) Occurred() protocol.Timestamp      { return f.At }
func (f *PlayerCountSet) Occurred() protocol.Timestamp   { return f.At }
func (f *PlayerCheckMoved) Occurred() protocol.Timestamp { return f.At }
func (f *VoteCast) Occurred() protocol.Timestamp         { return f.At }
func (f *JoinSet) Occurred() protocol.Timestamp          { return f.At }
func (f *Closed) Occurred() protocol.Timestamp           { return f.At }
func (f *Deleted) Occurred() protocol.Timestamp          { return f.At }

// Valid says whether a session can have decided the fact, or a snapshot can hold its values.
func (f *JoinSet) Valid() bool {
	switch f.Policy {
	case protocol.PolicyEvery, protocol.PolicyLatest, protocol.PolicyOnce:
	default:
		return f.Policy == "" && f.Generation == 0 && f.Code == ""
	}
	code, ok := protocol.NormalizeJoinCode(f.Code)
	return f.Generation > 0 && (f.Code == "" || ok && code == f.Code)
}
