package protocol

import "time"

// Limits that clients meet. Each stands here because client and server must agree
// on it; limits that only the server knows are written where they are kept.
const (
	// MaxPlays is how many games one session can hold; it also makes the decimal
	// digits of a PlayID. An evening has about ten.
	MaxPlays = 10_000
	// MaxBatchVotes bounds one votes.batch, so that one request stays within one
	// journal append and a few milliseconds of its session.
	MaxBatchVotes = 1000
	// MaxChatGames bounds the games that one chat log has votes for, so that its event
	// and its answer, with titles of any length, stay below what is kept of an answer.
	// An evening has about ten.
	MaxChatGames = 200
	// MaxVoteChanges is how often a guest's device may change its mind about one playing, or in
	// one poll, and MaxRepeatVotes how many votes more than the first it has for one playing
	// under PolicyEvery. A person who plays with the buttons stays below; each is a record
	// on disk of up to a kilobyte.
	MaxVoteChanges = 20
	MaxRepeatVotes = 100
	// MaxNetworkExtraVotes bounds both for all devices of an address, or an IPv6 /48, in a
	// session: 200 for each phone of a hall of a thousand, and 200 MB on disk. The first
	// vote of a device for a playing counts beyond it, so nobody keeps others from voting.
	MaxNetworkExtraVotes = 200_000
	// MaxUsername, in runes: Twitch allows 25, Discord 32, YouTube 100.
	MaxUsername = 100
	// MaxNotes, in runes, keeps session lists small.
	MaxNotes = 4000
	// MaxTitle, in runes, bounds titles, pack names, game types and token names,
	// which stand in every event about the game.
	MaxTitle = 200
	// MaxPlayers bounds player counts; the largest audience room holds 10,000.
	MaxPlayers = 100_000
	// MaxBody is the largest REST body in bytes, MaxImport the largest of the
	// imports (CSV, chat log), which are whole evenings. MaxSmallBody is for those who
	// need no token: what they send is held before anything is known of them.
	MaxBody      = 1 << 20
	MaxImport    = 16 << 20
	MaxSmallBody = 4 << 10
	// MaxMessage is the largest WebSocket message from a client in bytes. It holds a
	// batch of some 400 votes; larger batches go by REST.
	MaxMessage = 64 << 10
	// MaxFileMessage is the largest file in bytes that is told in a response frame;
	// larger ones go by REST, where they are streamed.
	MaxFileMessage = 1 << 20
	// MaxQR bounds what a QR code says, in bytes: more makes squares that no phone reads
	// from across a room.
	MaxQRText = 512
	// MaxJSONDepth bounds nesting; the deepest message of ours has five levels.
	MaxJSONDepth = 32
	// MaxSubscriptions of one WebSocket. A host watches a handful of sessions.
	MaxSubscriptions = 32
	// MaxPageSize of lists that are paged.
	MaxPageSize = 100
	// MaxIdempotencyKey, in bytes: room for two UUIDs and a prefix.
	MaxIdempotencyKey = 128

	// AuthTimeout is how long a WebSocket may stay without a valid auth message.
	AuthTimeout = 10 * time.Second
	// SilenceTimeout drops a WebSocket from which nothing came, not even a pong.
	SilenceTimeout = 60 * time.Second
	// StallTimeout closes a WebSocket that accepted no byte for so long though there was something to send.
	StallTimeout = 10 * time.Second
	// TallyInterval is the least time between two tally frames of a session: 20 Hz is
	// as often as an eye can tell numbers apart.
	TallyInterval = 50 * time.Millisecond
	// FutureTolerance is how far ahead of the server's clock a vote's timestamp may be.
	FutureTolerance = 60 * time.Second
	// DuplicateWindow: two votes of one name closer than this are one.
	DuplicateWindow = time.Second
	// AdminTokenTTL is the life of a token given for the admin key.
	AdminTokenTTL = 24 * time.Hour
	// GuestTokenTTL is the life of a guest's token: no evening is longer, and who stays
	// comes in again with the same code.
	GuestTokenTTL = 12 * time.Hour
	// MaxTokenTTL bounds scoped tokens; an overlay's link is made anew once a year.
	MaxTokenTTL = 366 * 24 * time.Hour
	// IdempotencyTTL is how long an Idempotency-Key returns its first answer.
	IdempotencyTTL = 24 * time.Hour
)
