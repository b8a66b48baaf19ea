package api

import (
	"net/http"

	"github.com/rs/zerolog"

	"partyline/protocol"
)

// loudness is the level of a request's line: what changes an evening and what went wrong
// on our side is told, the rest is for who looks closely.
func LogLevel(at *Endpoint, status int) zerolog.Level {
	if status >= http.StatusInternalServerError || at != nil && at.Access == protocol.AccessAdmin && at.Write {
		return zerolog.InfoLevel
	}
	return zerolog.DebugLevel
}
