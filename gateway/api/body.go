package api

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"sync"

	"partyline/gateway/decode"
	"partyline/protocol"
)

// maxPooled is the largest buffer that is kept for the next request: a rare import must
// not stay in memory.
const maxPooled = 64 << 10

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func TakeBuffer() *bytes.Buffer {
	b, _ := buffers.Get().(*bytes.Buffer)
	b.Reset()
	return b
}

func GiveBuffer(b *bytes.Buffer) {
	if b.Cap() <= maxPooled {
		buffers.Put(b)
	}
}

// readBody reads a request's body into buf: at most limit bytes, or nothing.
func ReadBody(buf *bytes.Buffer, w http.ResponseWriter, r *http.Request, limit int64) *protocol.Error {
	if r.ContentLength == 0 {
		return nil
	}
	if r.ContentLength > limit {
		return errTooLarge(limit)
	}
	if _, err := buf.ReadFrom(http.MaxBytesReader(w, r.Body, limit)); err != nil {
		return bodyError(err, limit)
	}
	return nil
}

// streamBody is a request's body for a handler that reads it as it comes: at most limit
// bytes, or nil for nothing. What goes wrong on the way is for bodyError.
func streamBody(w http.ResponseWriter, r *http.Request, limit int64) (io.Reader, *protocol.Error) {
	if r.ContentLength == 0 {
		return nil, nil
	}
	if r.ContentLength > limit {
		return nil, errTooLarge(limit)
	}
	body := bufio.NewReader(http.MaxBytesReader(w, r.Body, limit))
	switch _, err := body.Peek(1); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, bodyError(err, limit)
	}
	return body, nil
}

// bodyError says why a body cannot be read.
func bodyError(err error, limit int64) *protocol.Error {
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return errTooLarge(limit)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return decode.Malformed("The body ended too early")
	}
	return decode.Malformed("The body could not be read")
}

func errTooLarge(limit int64) *protocol.Error {
	return protocol.Errorf(protocol.CodeTooLarge, "The body must not be larger than %d bytes", limit)
}

// checkContentType says whether a body of that type is the operation's raw parameter; any
// other body must be JSON. An empty body may have any type.
func (e *Endpoint) checkContentType(contentType string, empty bool) (raw bool, err *protocol.Error) {
	switch {
	case empty, isMedia(contentType, "application/json"):
		return false, nil
	case e.RawParam == "":
		return false, protocol.Errorf(protocol.CodeMediaType, "Content-Type must be application/json")
	case isMedia(contentType, e.RawType):
		return true, nil
	}
	return false, protocol.Errorf(protocol.CodeMediaType, "Content-Type must be application/json or %s", e.RawType)
}

func isMedia(contentType, want string) bool {
	if contentType == want {
		return true
	}
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && media == want
}
