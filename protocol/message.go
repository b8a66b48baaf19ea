package protocol

import (
	"encoding/binary"
	"encoding/json"
)

// Types of the messages that a WebSocket client sends.
const (
	MessageAuth        = "auth"
	MessageSubscribe   = "subscribe"
	MessageUnsubscribe = "unsubscribe"
	MessagePing        = "ping"
	MessageRequest     = "request"
)

// Types of the messages that the server sends in addition to events.
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

// Mode is what a subscriber receives.
type Mode string

// The modes. ModeEvents sends every event. ModeTally sends at most twenty messages a second:
// the new totals after votes, the whole state after any other event.
const (
	ModeEvents Mode = "events"
	ModeTally  Mode = "tally"
)

// ClientMessage is any message that a client sends; Type decides which fields are used.
type ClientMessage struct {
	Type string `json:"type"`
	// Token of auth.
	Token string `json:"token"`
	// SessionID, Since, Epoch, Snapshot and Mode of subscribe and unsubscribe. Since is the
	// seq of the last event that the client has; later events are replayed. Epoch is that of
	// the Subscribed message under which the client received its events.
	SessionID SessionID `json:"sessionId"`
	Since     *Seq      `json:"since"`
	Epoch     Epoch     `json:"epoch"`
	Snapshot  bool      `json:"snapshot"`
	Mode      Mode      `json:"mode"`
	// ID, Op, Key and Data of request. Key corresponds to the Idempotency-Key header of REST.
	ID   string          `json:"id"`
	Op   string          `json:"op"`
	Key  string          `json:"key"`
	Data json.RawMessage `json:"data"`
}

// Notice is a server message without data: auth_success, auth_error, unsubscribed, pong,
// error. In an error that answers a subscribe, SessionID is that of the subscribe.
type Notice struct {
	Type      string    `json:"type"`
	SessionID SessionID `json:"sessionId,omitempty"`
	Message   string    `json:"message,omitempty"`
	Code      Code      `json:"code,omitempty"`
	// RetryAfter is the least number of seconds before the same message may be sent again, 0
	// when that would not help.
	RetryAfter int `json:"retryAfter,omitempty"`
}

// Subscribed answers subscribe. Seq is the session's newest seq: the first live event has
// Seq+1 (with since, the replayed events come first and end at Seq). Epoch is the timeline in
// which seqs are counted. Reset says that the client's events are of another timeline: there
// is no replay, and the Snapshot replaces everything that the client has.
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

// SnapshotMessage sends a subscriber the current state. In tally mode it is sent after every
// event that is not a vote, with Recovered true: nothing was left out, and tallies follow
// with a greater Seq. In events mode it is sent to a subscriber that was too slow for every
// event, with Recovered false: events were left out, and they continue with Seq+1.
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
	// Poll is the newest poll, open or closed, null before the first.
	Poll *Poll `json:"poll"`
	// Join is how phones join.
	Join Join `json:"join"`
	// FoldedSeq is that of votes.folded, 0 for a session that has its single votes: events
	// before it cannot be replayed. It is not sent.
	FoldedSeq Seq `json:"-"`
}

// Tally is the message of tally mode: the current totals of a session's games and its newest
// votes, the newest first, at most MaxLatestVotes.
type Tally struct {
	Type      string       `json:"type"`
	SessionID SessionID    `json:"sessionId"`
	Seq       Seq          `json:"seq"`
	Games     []TallyGame  `json:"games"`
	Latest    []LatestVote `json:"latest"`
	// Poll is the open poll, null while there is none.
	Poll *TallyPoll `json:"poll"`
}

// TallyGame is a game within a Tally: its totals over all sessions, as in vote.received, and
// within this session.
type TallyGame struct {
	ID GameID `json:"id"`
	Totals
	SessionUpvotes   int64 `json:"session_upvotes"`
	SessionDownvotes int64 `json:"session_downvotes"`
}

// Response answers a request message with the status and body of the same call by REST.
type Response struct {
	Type   string `json:"type"`
	ID     string `json:"id"`
	Status int    `json:"status"`
	Data   any    `json:"data"`
	// Page says where the rows of a list stand in it, nil when Data is no list.
	Page *PageInfo `json:"page,omitempty"`
}

// Draining announces that the server shuts down; the client should wait ReconnectInMs
// milliseconds before it connects again.
type Draining struct {
	Type          string `json:"type"`
	ReconnectInMs int64  `json:"reconnectInMs"`
}

// MaxFrameHeader is the largest header of an unmasked WebSocket frame, in bytes.
const MaxFrameHeader = 10

// AppendFrame appends payload to dst as one complete, final, unmasked text frame
// (RFC 6455, section 5.2), as a server sends it. The frame is the same for every client, so
// an event is framed once for all of them.
func AppendFrame(dst, payload []byte) []byte {
	dst = AppendFrameHeader(dst, len(payload))
	return append(dst, payload...)
}

// AppendFrameHeader appends the header of a text frame of n payload bytes.
func AppendFrameHeader(dst []byte, n int) []byte {
	const finalText = 0x81
	switch {
	case n < 126:
		return append(dst, finalText, byte(n))
	case n <= 0xffff:
		return binary.BigEndian.AppendUint16(append(dst, finalText, 126), uint16(n))
	default:
		return binary.BigEndian.AppendUint64(append(dst, finalText, 127), uint64(n))
	}
}
