package fanout_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"partyline/gateway/fanout"
	"partyline/protocol"
)

// TestBurstsAreReadWhole: requests of all sizes, in fragments and with pings between them, are
// answered each, in order, in whatever pieces they come. More arrives than one read takes.
func TestBurstsAreReadWhole(t *testing.T) {
	ts := newServer(t, fanout.Options{})
	rapid.Check(t, func(rt *rapid.T) {
		c := ts.connect()
		defer func() { _ = c.conn.Close() }()
		var stream []byte
		var sent []string
		for i := range rapid.IntRange(1, 60).Draw(rt, "requests") {
			size := rapid.SampledFrom([]int{0, 1, 40, 120, 300, 505, 4090, 9000}).Draw(rt, "size")
			id := fmt.Sprintf("%d-%s", i, strings.Repeat("x", size))
			sent = append(sent, id)
			stream = append(stream, framesOf(rt, fmt.Sprintf(`{"type":"request","id":%q}`, id))...)
		}
		go func() {
			for len(stream) > 0 {
				n := min(len(stream), 1+len(stream)/3)
				if _, err := c.conn.Write(stream[:n]); err != nil {
					return
				}
				stream = stream[n:]
			}
		}()
		var answered []string
		for len(answered) < len(sent) {
			if m := c.readMessage(); m.Type == protocol.MessageResponse {
				answered = append(answered, m.ID)
			}
		}
		if diff := cmp.Diff(sent, answered); diff != "" {
			rt.Fatal(diff)
		}
	})
}

// framesOf is a text message in fragments, some with a ping behind.
func framesOf(t *rapid.T, text string) []byte {
	var frames bytes.Buffer
	opcode := byte(opText)
	for rest := []byte(text); ; opcode = 0 {
		n := rapid.SampledFrom([]int{len(rest), len(rest), len(rest) / 2}).Draw(t, "fragment")
		frame := masked(opcode, rest[:n])
		if rest = rest[n:]; len(rest) > 0 {
			frame[0] &^= 0x80 // more follows
		}
		frames.Write(frame)
		if rapid.Bool().Draw(t, "ping") {
			frames.Write(masked(opPing, []byte("are you there?")))
		}
		if len(rest) == 0 {
			return frames.Bytes()
		}
	}
}
