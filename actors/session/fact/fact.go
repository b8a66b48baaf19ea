package fact

import "partyline/protocol"

// Fact is something that happened in a session: one of the pointer types below, or
// *ChatImported.
// Every fact has the moment it was decided in At, by a clock that may be set: the order
// of facts is that of the log. A fact is never changed once made.
type Fact interface{ Occurred() protocol.Timestamp }

// Opened is the first fact of every session.
type Opened struct {
	At    protocol.Timestamp `json:"at"`
	Notes *string            `json:"notes,omitempty"`
}

// GameAdded says that a game is being played. At is the playing's played_at. It is later
// than that of the playing before unless the clock was set back in between.
type GameAdded struct {
	At            protocol.Timestamp `json:"at"`
	Play          protocol.PlayID    `json:"play"`
	Game          PlayedGame         `json:"game"`
	ManuallyAdded bool               `json:"manual,omitempty"`
	RoomCode      *string            `json:"room,omitempty"` // upper case
}

// PlayedGame is the catalogue's entry as it was when the game was added, kept
// because the catalogue may change or forget it. Upvotes and Downvotes are the
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

// StatusChanged moves a playing. At most one playing of a session is "playing".
type StatusChanged struct {
	At     protocol.Timestamp  `json:"at"`
	Play   protocol.PlayID     `json:"play"`
	Status protocol.PlayStatus `json:"status"`
}

// GameRemoved takes a playing out of the session. Its votes stay counted.
type GameRemoved struct {
	At   protocol.Timestamp `json:"at"`
	Play protocol.PlayID    `json:"play"`
}

// RoomCodeSet says where to join a playing: four of A–Z and 0–9.
type RoomCodeSet struct {
	At       protocol.Timestamp `json:"at"`
	Play     protocol.PlayID    `json:"play"`
	RoomCode string             `json:"room"`
}

// CountManual is the status of a player count that a host has set by hand.
const CountManual = "manual"

// PlayerCountSet says how many play. Status tells where the number comes from:
// CountManual. It ends a check of the room that is running.
type PlayerCountSet struct {
	At          protocol.Timestamp `json:"at"`
	Play        protocol.PlayID    `json:"play"`
	PlayerCount int                `json:"count"`
	Status      string             `json:"status"`
}

// PlayerCheckMoved says where the check of a playing's room stands, and the count as of
// now, nil while nobody knows it. With CheckChecking a new run begins.
type PlayerCheckMoved struct {
	At          protocol.Timestamp `json:"at"`
	Play        protocol.PlayID    `json:"play"`
	Status      string             `json:"status"`
	PlayerCount *int               `json:"count,omitempty"`
}

// VoteCast is one thumb. Timestamp is the voter's, At the hub's; Username is as it
// was sent. Game is the playing's game, repeated for those who only count.
type VoteCast struct {
	At        protocol.Timestamp
	Timestamp protocol.Timestamp
	Play      protocol.PlayID
	Game      protocol.GameID
	Type      protocol.VoteType
	Username  string
	// Device is the guest's phone, 0 for votes that have a name alone. Replaced is the
	// thumb that it takes back, empty for none: the device's newest for that playing.
	Device   protocol.DeviceID
	Replaced protocol.VoteType
	// Address is where the device came in from. It is told with its first vote in the
	// session alone, 0 with all others and where it is not known.
	Address protocol.AddressID
}

// Shown is the vote as lists of the newest ones show it.
func (f *VoteCast) Latest() protocol.LatestVote {
	return protocol.LatestVote{GameID: f.Game, Vote: f.Vote(), Device: f.Device}
}

// Vote is the vote as clients see it.
func (f *VoteCast) Vote() protocol.Vote {
	return protocol.Vote{Username: f.Username, Type: f.Type, Timestamp: f.Timestamp, Replaced: f.Replaced}
}

// JoinSet says how phones come in from now on. Code is empty when they do not; every
// new code has a new generation, which ends the rights of the guests of the one before.
type JoinSet struct {
	At         protocol.Timestamp      `json:"at"`
	Generation protocol.JoinGeneration `json:"generation"`
	Policy     protocol.JoinPolicy     `json:"policy"`
	Code       string                  `json:"code,omitempty"`
}

// Closed ends the evening. Notes nil leaves the session's notes as they are.
type Closed struct {
	At    protocol.Timestamp `json:"at"`
	Notes *string            `json:"notes,omitempty"`
}

// Deleted makes the session forget everything. It is the last fact.
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
