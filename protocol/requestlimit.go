package protocol

import "time"

// Limits of requests, WebSocket messages and connections, which clients meet as well as the
// server. Those of one subject stand in its file: MaxPlays in play.go, MaxBatchVotes in
// vote.go. A limit that only the server knows stands where it is enforced.
const (
	// MaxBody is the largest REST body in bytes. MaxImport is that of imports (CSV, chat
	// log), which hold a whole evening. MaxSmallBody is that of operations that need no
	// token or little data: the body is held in memory before anything is known of the sender.
	MaxBody      = 1 << 20
	MaxImport    = 16 << 20
	MaxSmallBody = 4 << 10
	// MaxMessage is the largest WebSocket message from a client in bytes. It holds a
	// batch of some 400 votes; larger batches go by REST.
	MaxMessage = 64 << 10
	// MaxFileMessage is the largest file in bytes that a response message carries;
	// larger ones go by REST, where they are streamed.
	MaxFileMessage = 1 << 20
	// MaxJSONDepth bounds nesting; the deepest message of the protocol has five levels.
	MaxJSONDepth = 32
	// MaxSubscriptions bounds the sessions that one WebSocket follows. A host follows a handful.
	MaxSubscriptions = 32
	// MaxPageSize bounds the rows of one page of votes or deliveries, which are read from the
	// journal; other lists hold MaxListed.
	MaxPageSize = 100
	// MaxTitle, in runes, bounds titles, pack names, game types and token names,
	// which stand in every event about the game.
	MaxTitle = 200
	// MaxIdempotencyKey, in bytes: room for two UUIDs and a prefix.
	MaxIdempotencyKey = 128

	// IdempotencyTTL is how long an Idempotency-Key returns its first answer.
	IdempotencyTTL = 24 * time.Hour
	// AuthTimeout closes a WebSocket that has sent no valid auth message.
	AuthTimeout = 10 * time.Second
	// SilenceTimeout closes a WebSocket from which nothing arrived, not even a pong.
	SilenceTimeout = 60 * time.Second
	// StallTimeout closes a WebSocket that accepted no byte while data waited to be sent.
	StallTimeout = 10 * time.Second
	// TallyInterval is the least time between two tally messages of a session: 20 Hz is
	// as often as an eye can tell numbers apart.
	TallyInterval = 50 * time.Millisecond
)
