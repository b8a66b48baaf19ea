package wire

import (
	"context"

	"partyline/protocol/client"
)

// Conn is a socket of the one client, with frames of its own.
var _ client.Socket = (*Conn)(nil)

// Connect dials addr, with further header lines, and authenticates.
func Connect(ctx context.Context, addr, token string, header ...string) (*Conn, error) {
	conn, err := Dial(ctx, addr, client.WebSocketPath, header...)
	if err != nil {
		return nil, err
	}
	if err := client.Authenticate(conn, token); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}
