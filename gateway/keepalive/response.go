package keepalive

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// response is the answer to one request, which is written whole with its first Write.
type response struct {
	header http.Header
	status int
	names  []string // of the fields of the last answer, sorted
	out    []byte
	sent   bool // a whole answer
	last   bool // the client has been told that the connection ends
	date   dateLine
}

func (p *response) reset() {
	clear(p.header)
	p.status, p.sent = 0, false
}

// Header implements http.ResponseWriter.
func (c *Conn) Header() http.Header { return c.header }

// WriteHeader implements http.ResponseWriter.
func (c *Conn) WriteHeader(status int) {
	if c.status == 0 {
		c.status = status
	}
}

// Write implements http.ResponseWriter: it sends the head and the body with one system call.
// An answer has one Write, and says its length in the header.
func (c *Conn) Write(body []byte) (int, error) {
	if c.sent || c.header.Get("Content-Length") != strconv.Itoa(len(body)) {
		return 0, http.ErrContentLength
	}
	c.WriteHeader(http.StatusOK)
	c.last = c.keeper.draining.Load()
	c.out = append(c.appendHead(c.out[:0], c.At, c.last), body...)
	if limit := c.server.WriteTimeout; limit > 0 && c.writeBy.Before(c.At.Add(limit)) {
		c.writeBy = c.At.Add(withSlack(limit))
		_ = c.conn.SetWriteDeadline(c.writeBy) // a connection that is gone says so when it is written to
	}
	_, err := c.conn.Write(c.out)
	c.sent = err == nil
	return len(body), err
}

// appendHead appends the head of the answer. Its values are the server's own, and have no line
// breaks.
func (p *response) appendHead(b []byte, now time.Time, last bool) []byte {
	b = append(b, "HTTP/1.1 "...)
	b = strconv.AppendInt(b, int64(p.status), 10)
	b = append(append(append(b, ' '), http.StatusText(p.status)...), "\r\n"...)
	for _, name := range p.sortedNames() {
		for _, value := range p.header[name] {
			b = append(append(append(append(b, name...), ": "...), value...), "\r\n"...)
		}
	}
	b = append(b, p.date.at(now)...)
	if last {
		b = append(b, "Connection: close\r\n"...)
	}
	return append(b, "\r\n"...)
}

// sortedNames are the names of the header's fields. Nearly every answer has the same.
func (p *response) sortedNames() []string {
	same := len(p.names) == len(p.header)
	for _, name := range p.names {
		_, ok := p.header[name]
		same = same && ok
	}
	if !same {
		p.names = slices.AppendSeq(p.names[:0], maps.Keys(p.header))
		slices.Sort(p.names)
	}
	return p.names
}

// dateLine is the header line Date, made once a second.
type dateLine struct {
	second int64
	line   []byte
}

func (d *dateLine) at(now time.Time) []byte {
	if second := now.Unix(); second != d.second {
		d.second = second
		d.line = append(d.line[:0], "Date: "...)
		d.line = append(now.UTC().AppendFormat(d.line, http.TimeFormat), "\r\n"...)
	}
	return d.line
}
