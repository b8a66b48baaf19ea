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

	"partyline/actors/rules/webhook"
)

const (
	// maxBodyRead is how much of a response's body is read, in bytes: enough to keep the
	// connection open after an error page, not enough to be kept busy.
	maxBodyRead = 64 << 10
	// maxExcerpt is how much of the body is kept, in bytes.
	maxExcerpt = 16 << 10
	// minStatus is the lowest status in HTTP; Go's client accepts lower ones.
	minStatus = 100
)

// responseReader reads responses. Its buffers are reused.
type responseReader struct {
	buffers sync.Pool
}

// read turns a response into the attempt's outcome. Only a success needs its body to be
// complete, to the end or to maxBodyRead: that is what the deadline is for. Any other status
// counts however its body ends.
func (r *responseReader) read(trace *attemptTrace, resp *http.Response, now func() time.Time) webhook.Attempt {
	switch {
	case resp.StatusCode < minStatus:
		return failedAttempt(errNotHTTP)
	case resp.StatusCode == http.StatusSwitchingProtocols:
		// The body is the bare connection, which our deadline does not end.
		return webhook.Attempt{Status: resp.StatusCode, Error: statusText(resp.StatusCode)}
	}
	trace.enter(stageBody)
	excerpt, err := r.excerpt(resp.Body)
	a := webhook.Attempt{Status: resp.StatusCode, Excerpt: excerpt}
	if resp.StatusCode/100 == 2 {
		if err != nil {
			reason := trace.failureOf(err)
			a.Failure, a.Error = reason.kind, reason.text
		}
		return a
	}
	a.Error = statusText(resp.StatusCode)
	a.RetryAfter = retryAfter(resp.Header.Get("Retry-After"), now)
	return a
}

// excerpt reads at most maxBodyRead and returns the first maxExcerpt of it.
func (r *responseReader) excerpt(body io.Reader) (string, error) {
	buf, ok := r.buffers.Get().(*bytes.Buffer)
	if !ok {
		buf = new(bytes.Buffer)
	}
	defer r.buffers.Put(buf)
	buf.Reset()
	_, err := buf.ReadFrom(io.LimitReader(body, maxExcerpt))
	excerpt := truncateUTF8(buf.Bytes())
	if err == nil {
		_, err = io.Copy(io.Discard, io.LimitReader(body, maxBodyRead-maxExcerpt))
	}
	return excerpt, err
}

// truncateUTF8 returns valid UTF-8 of at most maxExcerpt bytes. Replacing an invalid byte
// makes the text longer, so it is cut afterwards.
func truncateUTF8(b []byte) string {
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

// statusText describes a status in our words; the endpoint's own reason phrase is not used.
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
