package api

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"net/http"

	"github.com/rs/zerolog"

	"partyline/protocol"
)

// LogLevel is the level of a request's line in the log: changes by an admin and faults of
// the server are info, everything else is debug. The endpoint is nil for what is no
// operation.
func LogLevel(at *Endpoint, status int) zerolog.Level {
	if status >= http.StatusInternalServerError || at != nil && at.Access == protocol.AccessAdmin && at.Write {
		return zerolog.InfoLevel
	}
	return zerolog.DebugLevel
}

// NewID makes the id of a request, which its answer and its line in the log tell. It is no
// secret.
func NewID() string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], rand.Uint64())
	var text [2 * len(b)]byte
	hex.Encode(text[:], b[:])
	return string(text[:])
}
