package outbound

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"partyline/actors/webhook"
)

const (
	// maxRead is how much of an answer's body is read, in bytes: enough to keep the
	// connection open after an error page, not enough to be kept busy.
	maxRead = 64 << 10
	// maxExcerpt is how much of it is kept, in bytes.
	maxExcerpt = 16 << 10
	// minStatus is the least status there is in HTTP; Go's client lets smaller pass.
	minStatus = 100
)

// reader reads answers. Its buffers are used again.
type reader struct {
	buffers sync.Pool
}

// read says what an answer means. Only a success needs its body to be complete, to
// the end or to maxRead: that is what the deadline is for. Any other status counts
// however its body ends.
func (r *reader) read(j *journey, resp *http.Response, now func() time.Time) webhook.Attempt {
	switch {
	case resp.StatusCode < minStatus:
		return failed(errNotHTTP)
	case resp.StatusCode == http.StatusSwitchingProtocols:
		// The body is the bare connection, which no deadline of ours ends.
		return webhook.Attempt{Status: resp.StatusCode, Error: statusText(resp.StatusCode)}
	}
	j.reach(reading)
	excerpt, err := r.excerpt(resp.Body)
	a := webhook.Attempt{Status: resp.StatusCode, Excerpt: excerpt}
	if resp.StatusCode/100 == 2 {
		if err != nil {
			reason := j.refusal(err)
			a.Failure, a.Error = reason.failure, reason.text
		}
		return a
	}
	a.Error = statusText(resp.StatusCode)
	a.RetryAfter = retryAfter(resp.Header.Get("Retry-After"), now)
	return a
}

// excerpt reads at most maxRead and returns the first maxExcerpt of it.
func (r *reader) excerpt(body io.Reader) (string, error) {
	buf, ok := r.buffers.Get().(*bytes.Buffer)
	if !ok {
		buf = new(bytes.Buffer)
	}
	defer r.buffers.Put(buf)
	buf.Reset()
	_, err := buf.ReadFrom(io.LimitReader(body, maxExcerpt))
	excerpt := printable(buf.Bytes())
	if err == nil {
		_, err = io.Copy(io.Discard, io.LimitReader(body, maxRead-maxExcerpt))
	}
	return excerpt, err
}

// printable is valid UTF-8 of at most maxExcerpt bytes. Replacing a stray byte makes
// the text longer, so it is cut again.
func printable(b []byte) string {
	s := strings.ToValidUTF8(string(b), string(utf8.RuneError))
	if len(s) <= maxExcerpt {
		return s
	}
	cut := maxExcerpt
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut]
}

// statusText does not use the peer's own words for its status.
func statusText(status int) string {
	text := "the endpoint answered " + strconv.Itoa(status)
	if name := http.StatusText(status); name != "" {
		text += " " + name
	}
	if status/100 == 3 {
		text += "; redirects are not followed"
	}
	return text
}
