package hooks

import (
	"context"

	"partyline/loadtest/api"
	"partyline/loadtest/hooks/judge"
	"partyline/protocol"
)

// Log reads a session's events from the first to the newest, for the judge.
func Log(ctx context.Context, addr, token string, id protocol.SessionID) (events []judge.Event, err error) {
	return events, api.ReadLog(ctx, addr, token, id, func(message []byte) error {
		e, err := judge.ReadEvent(message)
		events = append(events, e)
		return err
	})
}
