package released

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"partyline/loadtest/report"
	"strconv"
	"strings"
	"time"
)

// recorder runs the sessions. After the first error its steps do nothing.
type recorder struct {
	ctx         context.Context
	admin, bot  *client
	receiverURL string // address of the receiver
	err         error
}

// do is a step of the admin.
func (r *recorder) do(method, path string, in body) body { return r.as(r.admin, method, path, in) }

func (r *recorder) as(c *client, method, path string, in body) body {
	if r.err != nil {
		return nil
	}
	var sent any
	if in != nil {
		sent = in
	}
	out, err := c.call(r.ctx, method, path, sent)
	r.err = err
	return out
}

// expectStatus is a step that is answered with that status.
func (r *recorder) expectStatus(method, path string, in body, want int) {
	if r.err != nil {
		return
	}
	status, answer, err := r.admin.exchange(r.ctx, method, path, in)
	if r.err = err; err == nil && status != want {
		r.err = fmt.Errorf("%s %s: %d, want %d: %s", method, path, status, want, answer)
	}
}

// until waits for something that happens by itself.
func (r *recorder) until(what string, ready func() bool) {
	if r.err == nil && !report.Until(r.ctx, timeout, 50*time.Millisecond, ready) {
		r.err = errors.New(what)
	}
}

func (r *recorder) get(path string) body { return r.do(http.MethodGet, path, nil) }

// id is the number in an answer, as part of a path.
func id(answer body) string { return fmt.Sprint(answer["id"]) }

// stamp is now, as votes say it.
func stamp() string { return time.Now().UTC().Format("2006-01-02T15:04:05.000Z") }

func vote(name, thumb string) body {
	return body{"username": name, "vote": thumb, "timestamp": stamp()}
}

// newReceiver answers deliveries with the status at the end of their path.
func newReceiver() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, err := strconv.Atoi(r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:])
		if err != nil {
			status = http.StatusOK
		}
		w.WriteHeader(status)
	}))
}
