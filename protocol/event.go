package protocol

// EventType names an event: noun.verb.
type EventType string

// The events of a session. Each stands in the session's log under a seq of its own.
const (
	EventSessionStarted EventType = "session.started"
	EventSessionJoin    EventType = "session.join"
	EventVotesVoided    EventType = "votes.voided"
	EventSessionEnded   EventType = "session.ended"
	EventSessionDeleted EventType = "session.deleted"
	EventGameAdded      EventType = "game.added"
	EventGameStatus     EventType = "game.status"
	EventGameRemoved    EventType = "game.removed"
	EventRoomCode       EventType = "game.room-code"
	EventPlayerCount    EventType = "player-count.updated"
	EventVoteReceived   EventType = "vote.received"
	EventPollStarted    EventType = "poll.started"
	EventPollTally      EventType = "poll.tally"
	EventPollEnded      EventType = "poll.ended"
	EventChatImported   EventType = "chat.imported"
)

// EventTypes lists the events in the order of an evening.
func EventTypes() []EventType {
	return []EventType{EventSessionStarted, EventSessionJoin, EventGameAdded, EventRoomCode, EventPlayerCount, EventVoteReceived,
		EventPollStarted, EventPollTally, EventPollEnded, EventChatImported, EventGameStatus, EventGameRemoved, EventVotesVoided, EventSessionEnded, EventSessionDeleted}
}

// Event is what happened, as every screen and every webhook is told: the same bytes
// for ever, because they are stored with the fact they were made from.
type Event struct {
	Type      EventType `json:"type"`
	Timestamp Timestamp `json:"timestamp"`
	SessionID SessionID `json:"sessionId"`
	// Seq is the event's number in its session's log, gapless from 1.
	Seq  Seq `json:"seq"`
	Data any `json:"data"`
}

// SessionStarted is the data of session.started.
type SessionStarted struct {
	Session StartedSession `json:"session"`
}

// StartedSession is the session within SessionStarted.
type StartedSession struct {
	ID        SessionID `json:"id"`
	IsActive  bool      `json:"is_active"`
	CreatedAt Timestamp `json:"created_at"`
	Notes     *string   `json:"notes"`
}

// EventSession is the session within the data of other events.
type EventSession struct {
	ID          SessionID `json:"id"`
	IsActive    bool      `json:"is_active"`
	GamesPlayed int       `json:"games_played"`
}

// SessionEnded is the data of session.ended.
type SessionEnded struct {
	Session EventSession `json:"session"`
}

// SessionDeleted is the data of session.deleted.
type SessionDeleted struct {
	SessionID SessionID `json:"sessionId"`
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

// VoteReceived is the data of vote.received. The totals are the game's over all
// sessions, with this vote and without the one that it takes back.
type VoteReceived struct {
	SessionID SessionID `json:"sessionId"`
	Game      EventGame `json:"game"`
	Vote      Vote      `json:"vote"`
	Totals    Totals    `json:"totals"`
}

// EventGame is the game within VoteReceived.
type EventGame struct {
	ID       GameID `json:"id"`
	Title    string `json:"title"`
	PackName string `json:"pack_name"`
}

// ChatImported is the data of chat.imported: what a chat log was worth, all of it at once.
type ChatImported struct {
	SessionID SessionID `json:"sessionId"`
	// Messages is how many lines the log had.
	Messages int `json:"messages"`
	// Votes is how many votes it brought, the sum over the games.
	Votes int64 `json:"votes"`
	// Games are those that got votes, in the order of their first playings.
	Games []ChatGame `json:"games"`
}

// VotesVoided is the data of votes.voided: the votes of some devices, all of them, count
// no more. A large void comes as several events.
type VotesVoided struct {
	SessionID SessionID `json:"sessionId"`
	// Devices is how many they were.
	Devices int `json:"devices"`
	// Votes is how many votes for games count no more, the sum over the games.
	Votes int64 `json:"votes"`
	// Games are those that lost votes, in the order of their first playings.
	Games []VoidedGame `json:"games"`
	// Poll is how the open poll stands without their choices, null while none is open.
	Poll *PollTotals `json:"poll"`
}

// VoidedGame is a game within VotesVoided: the votes that count no more, and the totals
// over all sessions without them.
type VoidedGame struct {
	EventGame
	Upvotes   int64  `json:"upvotes"`
	Downvotes int64  `json:"downvotes"`
	Totals    Totals `json:"totals"`
}

// ChatGame is a game within ChatImported: the votes of the log, and the totals over all
// sessions with them.
type ChatGame struct {
	EventGame
	Upvotes   int64  `json:"upvotes"`
	Downvotes int64  `json:"downvotes"`
	Totals    Totals `json:"totals"`
}
