package rest

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strconv"
	"time"

	"partyline/gateway/api"
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

// sendFile answers with an attachment. What fails before the first byte is sent is
// answered as an error; after that the connection is aborted, because the client must not
// take a part for the whole.
func (rec *responseRecorder) sendFile(r *http.Request, f *api.File) {
	ctx, cancel := context.WithTimeout(r.Context(), fileTimeout)
	defer cancel()
	out := &fileWriter{recorder: rec, file: f}
	if r.Method == http.MethodHead {
		out.writeHeader()
		return
	}
	buf := bufio.NewWriterSize(out, fileBuffer)
	err := f.Write(ctx, struct{ io.Writer }{buf}) // a writer that finds a buffer would flush it
	if err == nil {
		out.length = buf.Buffered()
		err = buf.Flush()
	}
	switch {
	case err == nil && !out.started:
		out.writeHeader() // an empty file
	case err != nil && !out.started:
		refusal := api.ToClient(*rec.log, err, rec.endpoint.Op, rec.id)
		api.SetRetryAfter(rec.Header(), refusal)
		rec.write(api.ErrorResponse(refusal))
	case err != nil:
		rec.log.Warn().Err(err).Str("op", rec.endpoint.Op).Str("request_id", rec.id).Msg("file broken off")
		panic(http.ErrAbortHandler)
	}
}

// fileWriter sends a file while it is written. The headers are sent with its first bytes.
type fileWriter struct {
	recorder *responseRecorder
	file     *api.File
	length   int // what is left when everything is known
	started  bool
}

func (o *fileWriter) writeHeader() {
	o.started = true
	h := o.recorder.Header()
	h["Content-Type"] = o.file.Media
	h["Content-Disposition"] = []string{`attachment; filename="` + o.file.Name + `"`}
	if o.length > 0 {
		h["Content-Length"] = []string{strconv.Itoa(o.length)}
	}
	o.recorder.WriteHeader(http.StatusOK)
}

// Write implements io.Writer. Each write has time of its own: the server's limit for a
// whole answer is made for small ones.
func (o *fileWriter) Write(b []byte) (int, error) {
	if !o.started {
		o.writeHeader()
	}
	if err := http.NewResponseController(o.recorder).SetWriteDeadline(time.Now().Add(fileStall)); err != nil {
		return 0, err
	}
	return o.recorder.Write(b)
}
