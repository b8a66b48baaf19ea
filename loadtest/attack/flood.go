package attack

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"strconv"

	"partyline/loadtest/report"
	"partyline/loadtest/wire"
	"partyline/protocol"
)

// floodClients is how many connections flood at once.
const floodClients = 40

// pingFlood sends as many pings as the server takes.
func pingFlood(ctx context.Context, t *attackers) error {
	return t.flood(ctx, t.Viewer, bytes.Repeat(frame(true, opPing, make([]byte, 100)), 200))
}

// fragmentFlood sends messages of 60,000 fragments of one byte, each a pong when done.
func fragmentFlood(ctx context.Context, t *attackers) error {
	begin, blank, end := frame(false, opText, []byte(`{"type":"ping"`)), frame(false, opContinuation, []byte(" ")), frame(true, opContinuation, []byte("}"))
	return t.flood(ctx, t.Viewer, append(append(begin, bytes.Repeat(blank, 60_000)...), end...))
}

// messageFlood sends small messages as fast as it can; a screen may send 200 a second.
func messageFlood(ctx context.Context, t *attackers) error {
	return t.flood(ctx, t.Viewer, bytes.Repeat(frame(true, opText, []byte(`{"type":"ping"}`)), 200))
}

// subscribeFlood subscribes with all options, and unsubscribes.
func subscribeFlood(ctx context.Context, t *attackers) error {
	id := strconv.FormatInt(int64(t.Session), 10)
	on := frame(true, opText, []byte(`{"type":"subscribe","sessionId":`+id+`,"snapshot":true,"since":0}`))
	off := frame(true, opText, []byte(`{"type":"unsubscribe","sessionId":`+id+`}`))
	return t.flood(ctx, t.Admin, bytes.Repeat(append(on, off...), 20))
}

// flood writes the same bytes over and over on many connections. A connection that is closed is
// opened again.
func (t *attackers) flood(ctx context.Context, token string, frames []byte) error {
	report.InParallel(ctx, floodClients, func(ctx context.Context, _ int) {
		for ctx.Err() == nil {
			c, err := wire.Connect(ctx, t.Addr, token)
			if err != nil {
				t.count("not connected", 1)
				continue
			}
			t.count(t.pour(ctx, c, frames), 1)
		}
	})
	return nil
}

// pour floods one connection until it ends, and returns how it ended.
func (t *attackers) pour(ctx context.Context, c *wire.Conn, frames []byte) string {
	defer func() { _ = c.Close() }()
	ended := make(chan string, 1)
	go func() { ended <- watch(ctx, c, t.countType) }() // ends with the connection, which is closed here
	for ctx.Err() == nil {
		if err := c.Write(frames); err != nil {
			break
		}
	}
	return <-ended
}

// countType counts a message by its type.
func (t *attackers) countType(message []byte) {
	var m struct {
		Type   string `json:"type"`
		Status int    `json:"status"`
	}
	if json.Unmarshal(message, &m) != nil {
		t.count("not JSON", 1)
		return
	}
	if m.Type == protocol.MessageResponse {
		m.Type = strconv.Itoa(m.Status)
	}
	t.count(m.Type, 1)
}

// The opcodes of RFC 6455, section 5.2, that attackers use.
const (
	opContinuation = 0x0
	opText         = 0x1
	opPing         = 0x9
)

// frame is one frame of a client, maybe a part of a message, of less than 64 KiB. The mask is
// zero, so that the payload needs no masking.
func frame(fin bool, op byte, payload []byte) []byte {
	if fin {
		op |= 0x80
	}
	f := []byte{op, 0x80 | byte(len(payload))}
	if len(payload) > 125 {
		f = binary.BigEndian.AppendUint16([]byte{op, 0x80 | 126}, uint16(len(payload)))
	}
	return append(append(f, 0, 0, 0, 0), payload...)
}
