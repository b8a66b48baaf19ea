package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"
)

// Poster is one keep-alive HTTP/1.1 connection that posts JSON to one path. It
// serves one goroutine.
type Poster struct {
	net     net.Conn
	fixed   []byte
	out     []byte
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
	return &Poster{net: c, fixed: fixed, buf: make([]byte, 0, 4096), timeout: timeout}, nil
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

func (p *Poster) read() (status int, answer []byte, err error) {
	head, rest, err := readHead(p.net, p.buf[:0])
	if err != nil {
		return 0, nil, err
	}
	status, length, err := parseHead(head)
	if err != nil {
		return 0, nil, err
	}
	if len(rest) > length {
		return 0, nil, fmt.Errorf("%d bytes beyond the answer", len(rest)-length)
	}
	for len(rest) < length {
		if len(rest) == cap(rest) {
			rest = append(rest, make([]byte, length-len(rest))...)[:len(rest)]
		}
		n, err := p.net.Read(rest[len(rest):min(cap(rest), length)])
		rest = rest[:len(rest)+n]
		if err != nil && n == 0 {
			return 0, nil, err
		}
	}
	if whole := len(head) + length + 4; whole > cap(p.buf) {
		p.buf = make([]byte, 0, 2*whole)
	}
	return status, rest, nil
}

var errLength = errors.New("an answer without Content-Length")

// parseHead finds the status and the Content-Length.
func parseHead(head []byte) (status, length int, err error) {
	line, fields, _ := bytes.Cut(head, []byte("\r\n"))
	if !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) || len(line) < 12 {
		return 0, 0, fmt.Errorf("a status line %q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, 0, fmt.Errorf("a status line %q", line)
	}
	for len(fields) > 0 {
		line, fields, _ = bytes.Cut(fields, []byte("\r\n"))
		name, value, _ := bytes.Cut(line, []byte(":"))
		if bytes.EqualFold(name, []byte("Content-Length")) {
			length, err = strconv.Atoi(string(bytes.TrimSpace(value)))
			return status, length, err
		}
	}
	return 0, 0, errLength
}

// readHead reads up to the empty line. The head comes without it, rest is what was
// read beyond it; both point into buf or what it grew to.
func readHead(c net.Conn, buf []byte) (head, rest []byte, err error) {
	for {
		if i := bytes.Index(buf, []byte("\r\n\r\n")); i >= 0 {
			return buf[:i], buf[i+4:], nil
		}
		if len(buf) > maxHead {
			return nil, nil, fmt.Errorf("a head of more than %d bytes", maxHead)
		}
		if len(buf) == cap(buf) {
			buf = append(buf, make([]byte, max(cap(buf), 1024))...)[:len(buf)]
		}
		n, err := c.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err != nil && n == 0 {
			return nil, nil, err
		}
	}
}
