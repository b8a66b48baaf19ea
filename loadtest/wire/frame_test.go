package wire

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"partyline/protocol"
)

// pieces is a connection whose reads give at most step bytes at a time.
type pieces struct {
	net.Conn
	data []byte
	step int
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.data) == 0 {
		return 0, io.EOF
	}
	n := copy(b[:min(len(b), p.step)], p.data)
	p.data = p.data[n:]
	return n, nil
}

func TestFramesInPiecesOfEverySize(t *testing.T) {
	want := []string{"", "one", strings.Repeat("2", 126), strings.Repeat("3", 9000), strings.Repeat("4", 70_000), "five"}
	var stream []byte
	for _, m := range want {
		stream = protocol.AppendFrame(stream, []byte(m))
	}
	for _, step := range []int{1, 2, 3, 7, 100, 4096, 1 << 20} {
		c := newConn(&pieces{data: stream, step: step}, nil)
		for i, m := range want {
			got, err := c.Next()
			if err != nil || string(got) != m {
				t.Fatalf("step %d, message %d: %d bytes, %v; want %d", step, i, len(got), err, len(m))
			}
		}
		if _, err := c.Next(); !errors.Is(err, io.EOF) {
			t.Fatalf("step %d: at the end %v", step, err)
		}
	}
}

func TestReadyCountsWholeFramesOnly(t *testing.T) {
	stream := protocol.AppendFrame(protocol.AppendFrame(nil, []byte("one")), []byte("two"))
	c := newConn(&pieces{data: stream, step: len(stream) - 1}, nil)
	if _, err := c.Next(); err != nil || c.Ready() {
		t.Fatalf("ready %v with a byte missing, %v", c.Ready(), err)
	}
	c = newConn(&pieces{data: stream, step: len(stream)}, nil)
	if _, err := c.Next(); err != nil || !c.Ready() {
		t.Fatalf("ready %v with all there, %v", c.Ready(), err)
	}
}

func TestMessageInFragments(t *testing.T) {
	c := newConn(&pieces{data: []byte("\x01\x02ab\x89\x00\x00\x01c\x80\x01d"), step: 3}, nil)
	c.net = &discarding{c.net}
	if got, err := c.Next(); err != nil || string(got) != "abcd" {
		t.Fatalf("%q, %v", got, err)
	}
}

func TestForbiddenFramesAreErrors(t *testing.T) {
	for name, stream := range map[string]string{
		"masked":               "\x81\x81aaaaa",
		"reserved bit":         "\xc1\x01a",
		"unknown opcode":       "\x83\x01a",
		"binary":               "\x82\x01a",
		"ping in pieces":       "\x09\x01a",
		"long ping":            "\x89\x7e\x00\x7e",
		"continues nothing":    "\x80\x01a",
		"message in a message": "\x01\x01a\x81\x01b",
		"huge":                 "\x81\x7f\x7f\xff\xff\xff\xff\xff\xff\xff",
	} {
		c := newConn(&pieces{data: []byte(stream), step: 100}, nil)
		if _, err := c.Next(); !errors.Is(err, ErrProtocol) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzNext feeds arbitrary bytes: Next ends with an error, never with a panic, and
// the cutting of the stream into reads changes nothing.
func FuzzNext(f *testing.F) {
	f.Add([]byte("\x81\x03one\x01\x02ab\x80\x01c\x88\x02\x03\xe8"), 2)
	f.Add(protocol.AppendFrame(nil, []byte(strings.Repeat("x", 300))), 1)
	f.Fuzz(func(t *testing.T, stream []byte, step int) {
		whole, errWhole := drain(stream, len(stream)+1)
		cut, errCut := drain(stream, max(1, step&0xff))
		if whole != cut || errWhole.Error() != errCut.Error() {
			t.Fatalf("whole %q %v, cut %q %v", whole, errWhole, cut, errCut)
		}
	})
}

func drain(stream []byte, step int) (string, error) {
	c := newConn(&discarding{&pieces{data: stream, step: step}}, nil)
	var all strings.Builder
	for {
		b, err := c.Next()
		if err != nil {
			return all.String(), err
		}
		all.WriteString("|" + string(b))
	}
}
