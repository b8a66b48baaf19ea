package actors

import (
	"context"

	"partyline/actors/rules/session"
	"partyline/actors/sessions"
	"partyline/protocol"
)

// Join says how phones join a session.
func (q *Queries) Join(ctx context.Context, id protocol.SessionID) (protocol.Join, error) {
	return sessions.Ask(ctx, q.sessions, id, func(s *session.State) (protocol.Join, *protocol.Error) { return s.Join(), nil })
}

// Addresses lists the network addresses of the devices that have voted in a session.
func (q *Queries) Addresses(ctx context.Context, id protocol.SessionID) (protocol.GuestAddresses, error) {
	return sessions.Ask(ctx, q.sessions, id, func(s *session.State) (protocol.GuestAddresses, *protocol.Error) {
		if !s.Exists() {
			return protocol.GuestAddresses{}, protocol.NotFound("Session")
		}
		return s.Addresses(), nil
	})
}

// Enter asks a session for the state that a device is shown that comes with a join code.
func (q *Queries) Enter(ctx context.Context, id protocol.SessionID, code string, device protocol.DeviceID) (protocol.GuestState, error) {
	return sessions.Ask(ctx, q.sessions, id, func(s *session.State) (protocol.GuestState, *protocol.Error) { return s.Enter(code, device) })
}
