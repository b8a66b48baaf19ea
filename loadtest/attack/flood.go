package attack

import (
	"context"
	"encoding/json"
	"strconv"

	"partyline/loadtest/wire"
	"partyline/protocol"
)

// floodClients is how many connections flood at once.
const floodClients = 40

// pingFlood sends as many pings as the server takes.
func pingFlood(ctx context.Context, t *attackers) error {
	return t.flood(ctx, t.Viewer, repeat(frame(true, opPing, make([]byte, 100)), 200))
}

// fragmentFlood sends messages of 60,000 fragments of one byte, each a pong when done.
func fragmentFlood(ctx context.Context, t *attackers) error {
	begin, blank, end := frame(false, opText, []byte(`{"type":"ping"`)), frame(false, opContinuation, []byte(" ")), frame(true, opContinuation, []byte("}"))
	return t.flood(ctx, t.Viewer, append(append(begin, repeat(blank, 60_000)...), end...))
}

// messageFlood sends small messages as fast as it can; a screen may send 200 a second.
func messageFlood(ctx context.Context, t *attackers) error {
	return t.flood(ctx, t.Viewer, repeat(frame(true, opText, []byte(`{"type":"ping"}`)), 200))
}

// subscribeStorm subscribes with everything there is to ask for, and unsubscribes.
func subscribeStorm(ctx context.Context, t *attackers) error {
	id := strconv.FormatInt(int64(t.Session), 10)
	on := frame(true, opText, []byte(`{"type":"subscribe","sessionId":`+id+`,"snapshot":true,"since":0}`))
	off := frame(true, opText, []byte(`{"type":"unsubscribe","sessionId":`+id+`}`))
	return t.flood(ctx, t.Admin, repeat(append(on, off...), 20))
}

// flood writes the same bytes over and over on many connections. Who is closed comes again.
func (t *attackers) flood(ctx context.Context, token string, bytes []byte) error {
	inParallel(ctx, floodClients, func(ctx context.Context, _ int) {
		for ctx.Err() == nil {
			c, err := wire.Connect(ctx, t.Addr, token)
			if err != nil {
				t.tell("not connected", 1)
				continue
			}
			t.tell(t.pour(ctx, c, bytes), 1)
		}
	})
	return nil
}

// pour floods one connection until it ends, and says how.
func (t *attackers) pour(ctx context.Context, c *wire.Conn, bytes []byte) string {
	defer func() { _ = c.Close() }()
	ended := make(chan string, 1)
	go func() { ended <- watch(ctx, c, t.count) }() // ends with the connection, which is closed here
	for ctx.Err() == nil {
		if err := c.Write(bytes); err != nil {
			break
		}
	}
	return <-ended
}

// count tells the types of messages apart.
func (t *attackers) count(message []byte) {
	var m struct {
		Type   string `json:"type"`
		Status int    `json:"status"`
	}
	if json.Unmarshal(message, &m) != nil {
		t.tell("not JSON", 1)
		return
	}
	if m.Type == protocol.MessageResponse {
		m.Type = strconv.Itoa(m.Status)
	}
	t.tell(m.Type, 1)
}
