package api

import (
	"crypto/rand"
	"encoding/hex"
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

// NewID makes the id of a request, which its answer and its line in the log tell.
func NewID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	return hex.EncodeToString(b[:])
}
