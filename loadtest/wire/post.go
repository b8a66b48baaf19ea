package wire

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"time"
)

// Poster is one keep-alive HTTP/1.1 connection that posts JSON to one path. It
// serves one goroutine.
type Poster struct {
	net     net.Conn
	fixed   []byte
	out     []byte
	in      *bufio.Reader
	buf     []byte
	timeout time.Duration
}

// NewPoster connects. Each Post may take up to timeout and carries further header lines, such
// as "X-Forwarded-For: 192.0.2.7".
func NewPoster(ctx context.Context, addr, path, token string, timeout time.Duration, header ...string) (*Poster, error) {
	c, err := open(ctx, addr)
	if err != nil {
		return nil, err
	}
	fixed := fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n", path, addr, token)
	for _, line := range header {
		fixed = append(append(fixed, line...), "\r\n"...)
	}
	return &Poster{net: c, fixed: fixed, in: bufio.NewReader(c), timeout: timeout}, nil
}

// Post sends a body and reads the answer, which is valid until the next call. After an error
// the outcome is unknown and the connection is of no more use.
func (p *Poster) Post(body []byte) (status int, answer []byte, err error) {
	if err := p.net.SetDeadline(time.Now().Add(p.timeout)); err != nil {
		return 0, nil, err
	}
	p.out = append(p.out[:0], p.fixed...)
	p.out = append(strconv.AppendInt(append(p.out, "Content-Length: "...), int64(len(body)), 10), "\r\n\r\n"...)
	p.out = append(p.out, body...)
	if _, err := p.net.Write(p.out); err != nil {
		return 0, nil, err
	}
	return p.read()
}

// Close ends the connection.
func (p *Poster) Close() error { return p.net.Close() }

// read reads an answer, which must have a Content-Length.
func (p *Poster) read() (status int, answer []byte, err error) {
	line, err := p.in.ReadSlice('\n')
	if err != nil {
		return 0, nil, err
	}
	if code, ok := bytes.CutPrefix(line, []byte("HTTP/1.1 ")); ok && len(code) > 3 {
		status, _ = strconv.Atoi(string(code[:3]))
	}
	if status == 0 {
		return 0, nil, fmt.Errorf("a status line %q", line)
	}
	length := -1
	for len(line) > 2 { // up to the empty line
		if line, err = p.in.ReadSlice('\n'); err != nil {
			return 0, nil, err
		}
		if name, value, _ := bytes.Cut(line, []byte(":")); bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, nil, err
			}
		}
	}
	if length < 0 {
		return 0, nil, errors.New("an answer without Content-Length")
	}
	p.buf = slices.Grow(p.buf[:0], length)[:length]
	if _, err := io.ReadFull(p.in, p.buf); err != nil {
		return 0, nil, err
	}
	if more := p.in.Buffered(); more > 0 {
		return 0, nil, fmt.Errorf("%d bytes beyond the answer", more)
	}
	return status, p.buf, nil
}
