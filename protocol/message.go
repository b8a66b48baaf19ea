package protocol

import "encoding/json"

// Message types a WebSocket client sends.
const (
	MessageAuth        = "auth"
	MessageSubscribe   = "subscribe"
	MessageUnsubscribe = "unsubscribe"
	MessagePing        = "ping"
	MessageRequest     = "request"
)

// Message types the server sends beside events.
const (
	MessageAuthSuccess  = "auth_success"
	MessageAuthError    = "auth_error"
	MessageSubscribed   = "subscribed"
	MessageUnsubscribed = "unsubscribed"
	MessagePong         = "pong"
	MessageResponse     = "response"
	MessageError        = "error"
	MessageTally        = "tally"
	MessageSnapshot     = "snapshot"
	MessageDraining     = "server.draining"
)

// Mode is how a subscriber wants to be told.
type Mode string

// The modes: every event, or at most twenty times a second what is new, which is the
// totals after votes and the whole state after anything else.
const (
	ModeEvents Mode = "events"
	ModeTally  Mode = "tally"
)

// ClientMessage is any message a client sends; Type says which fields count.
type ClientMessage struct {
	Type string `json:"type"`
	// Token of auth.
	Token string `json:"token"`
	// SessionID, Since, Epoch, Snapshot and Mode of subscribe and unsubscribe. Since is the
	// seq of the last event the client has; what came after it is replayed. Epoch is that
	// of the last subscribed, where the client got what it has.
	SessionID SessionID `json:"sessionId"`
	Since     *Seq      `json:"since"`
	Epoch     Epoch     `json:"epoch"`
	Snapshot  bool      `json:"snapshot"`
	Mode      Mode      `json:"mode"`
	// ID, Op, Key and Data of request. Key is what the Idempotency-Key header is to REST.
	ID   string          `json:"id"`
	Op   string          `json:"op"`
	Key  string          `json:"key"`
	Data json.RawMessage `json:"data"`
}

// Notice is a server message that is only a type and a sentence: auth_success,
// auth_error, unsubscribed, pong, error. On an error that answers a subscribe,
// SessionID says which.
type Notice struct {
	Type      string    `json:"type"`
	SessionID SessionID `json:"sessionId,omitempty"`
	Message   string    `json:"message,omitempty"`
	Code      Code      `json:"code,omitempty"`
	// RetryAfter is how many seconds to wait at least before saying the same again, 0 when
	// that would not help.
	RetryAfter int `json:"retryAfter,omitempty"`
}

// Subscribed answers subscribe. Seq is where live begins: the next event has Seq+1
// (with since, the replay comes first and ends there). Epoch is the timeline in which
// seqs are counted. Reset says that what the client has is of another timeline: there is
// no replay, and the Snapshot takes the place of all that it has.
type Subscribed struct {
	Type      string        `json:"type"`
	SessionID SessionID     `json:"sessionId"`
	Message   string        `json:"message"`
	Mode      Mode          `json:"mode"`
	Epoch     Epoch         `json:"epoch"`
	Seq       Seq           `json:"seq"`
	Reset     bool          `json:"reset,omitempty"`
	Snapshot  *SessionState `json:"snapshot,omitempty"`
}

// SnapshotMessage tells a subscriber where things stand now. In tally mode it comes
// whenever something other than a vote has happened, tallies follow with a greater
// Seq, and Recovered is true: it leaves out nothing. In events mode it comes to a
// subscriber that was too slow for every event, they go on with Seq+1, and Recovered
// is false: events were left out.
type SnapshotMessage struct {
	Type      string        `json:"type"`
	SessionID SessionID     `json:"sessionId"`
	Seq       Seq           `json:"seq"`
	Recovered bool          `json:"recovered"`
	Data      *SessionState `json:"data"`
}

// SessionState is the whole current state of a session as of a seq.
type SessionState struct {
	Seq     Seq           `json:"seq"`
	Session Session       `json:"session"`
	Games   []SessionGame `json:"games"`
	Tallies []TallyGame   `json:"tallies"`
	Latest  []LatestVote  `json:"latest"` // the newest first, at most MaxLatestVotes
	// Poll is the newest poll, open or over, null before the first.
	Poll *Poll `json:"poll"`
	// Join is how phones come in.
	Join Join `json:"join"`
}

// Tally is the newest totals of a session's games, and its newest votes, the newest
// first, at most MaxLatestVotes.
type Tally struct {
	Type      string       `json:"type"`
	SessionID SessionID    `json:"sessionId"`
	Seq       Seq          `json:"seq"`
	Games     []TallyGame  `json:"games"`
	Latest    []LatestVote `json:"latest"`
	// Poll is of the poll that is open, null while there is none.
	Poll *TallyPoll `json:"poll"`
}

// TallyGame is a game's totals over all sessions, as in vote.received, and within this one.
type TallyGame struct {
	ID GameID `json:"id"`
	Totals
	SessionUpvotes   int64 `json:"session_upvotes"`
	SessionDownvotes int64 `json:"session_downvotes"`
}

// Response answers a request: the status and body that REST would have given.
type Response struct {
	Type   string `json:"type"`
	ID     string `json:"id"`
	Status int    `json:"status"`
	Data   any    `json:"data"`
}

// Draining announces a planned stop; the client does best to wait so long before it
// connects again.
type Draining struct {
	Type          string `json:"type"`
	ReconnectInMs int64  `json:"reconnectInMs"`
}
