package gateway

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"partyline/protocol"
)

const (
	// fileBuffer holds a small file whole, which then leaves with its length, and of a
	// large one as much as is sent at once.
	fileBuffer = 32 << 10
	// fileStall ends a file whose reader takes nothing for so long, fileTimeout one that
	// takes longer in all: a million votes in ten minutes are 2 Mbit/s.
	fileStall   = 30 * time.Second
	fileTimeout = 10 * time.Minute
)

// file is an answer that is to be kept. By REST it is an attachment that is sent while
// it is written, in a response frame a protocol.File, if it is small enough.
type file struct {
	// name is letters, digits, minus and dot: it goes into a header as it is.
	name  string
	media []string // its Content-Type
	// write writes all of it, or fails. What it needs in memory must not grow with the file.
	write func(ctx context.Context, w io.Writer) error
}

// sendFile answers with an attachment. What fails before anything has left is an
// error's answer; after that the connection is broken off, because nobody must take
// what he has for the whole.
func (g *Gateway) sendFile(x *responseRecorder, r *http.Request, f *file) {
	ctx, cancel := context.WithTimeout(r.Context(), fileTimeout)
	defer cancel()
	out := &fileWriter{x: x, file: f}
	if r.Method == http.MethodHead {
		out.writeHeader()
		return
	}
	buf := bufio.NewWriterSize(out, fileBuffer)
	err := f.write(ctx, struct{ io.Writer }{buf}) // who finds a buffer would flush it
	if err == nil {
		out.length = buf.Buffered()
		err = buf.Flush()
	}
	switch {
	case err == nil && !out.started:
		out.writeHeader() // an empty file
	case err != nil && !out.started:
		refusal := toClient(g.log, err, x.endpoint.Op, x.id)
		setRetryAfter(x.Header(), refusal)
		g.write(x, errorResponse(refusal))
	case err != nil:
		g.log.Warn().Err(err).Str("op", x.endpoint.Op).Str("request_id", x.id).Msg("file broken off")
		panic(http.ErrAbortHandler)
	}
}

// outgoing is a file on its way. The headers leave with its first bytes.
type fileWriter struct {
	x       *responseRecorder
	file    *file
	length  int // what is left when everything is known
	started bool
}

func (o *fileWriter) writeHeader() {
	o.started = true
	h := o.x.Header()
	h["Content-Type"] = o.file.media
	h["Content-Disposition"] = []string{`attachment; filename="` + o.file.name + `"`}
	if o.length > 0 {
		h["Content-Length"] = []string{strconv.Itoa(o.length)}
	}
	o.x.WriteHeader(http.StatusOK)
}

// Write implements io.Writer. Each write has time of its own: the server's limit for a
// whole answer is made for small ones.
func (o *fileWriter) Write(b []byte) (int, error) {
	if !o.started {
		o.writeHeader()
	}
	if err := http.NewResponseController(o.x).SetWriteDeadline(time.Now().Add(fileStall)); err != nil {
		return 0, err
	}
	return o.x.Write(b)
}

// errFileTooLarge ends the writing of a file that does not fit a response frame.
var errFileTooLarge = errors.New("file too large for a message")

// told makes the file a word for a response frame.
func (f *file) inline(ctx context.Context) (protocol.File, error) {
	var all limitedBuffer
	err := f.write(ctx, &all)
	if errors.Is(err, errFileTooLarge) {
		return protocol.File{}, protocol.Errorf(protocol.CodeTooLarge, "The file is larger than %d bytes; ask for it by REST", protocol.MaxFileMessage)
	}
	return protocol.File{Filename: f.name, ContentType: f.media[0], Content: all.String()}, err
}

// bounded keeps what is written as long as it fits a response frame.
type limitedBuffer struct{ bytes.Buffer }

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.Len()+len(p) > protocol.MaxFileMessage {
		return 0, errFileTooLarge
	}
	return b.Buffer.Write(p)
}
