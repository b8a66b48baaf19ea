package released

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"partyline/loadtest/report"
	"time"
)

// player plays the evening. After the first error its steps do nothing.
type player struct {
	ctx        context.Context
	admin, bot *client
	hooks      string // address of the receiver
	err        error
}

// do is a step of the admin.
func (p *player) do(method, path string, in body) body { return p.as(p.admin, method, path, in) }

func (p *player) as(c *client, method, path string, in body) body {
	if p.err != nil {
		return nil
	}
	var sent any
	if in != nil {
		sent = in
	}
	out, err := c.call(p.ctx, method, path, sent)
	p.err = err
	return out
}

// refused is a step that is answered with that status.
func (p *player) refused(method, path string, in body, want int) {
	if p.err != nil {
		return
	}
	status, answer, err := p.admin.exchange(p.ctx, method, path, in)
	if p.err = err; err == nil && status != want {
		p.err = fmt.Errorf("%s %s: %d, want %d: %s", method, path, status, want, answer)
	}
}

// until waits for something that happens by itself.
func (p *player) until(what string, ready func() bool) {
	if p.err == nil && !report.Until(p.ctx, patience, 50*time.Millisecond, ready) {
		p.err = errors.New(what)
	}
}

func (p *player) get(path string) body { return p.do(http.MethodGet, path, nil) }

// id is the number in an answer, as part of a path.
func id(answer body) string { return fmt.Sprint(answer["id"]) }

// stamp is now, as votes say it.
func stamp() string { return time.Now().UTC().Format("2006-01-02T15:04:05.000Z") }

func vote(name, thumb string) body {
	return body{"username": name, "vote": thumb, "timestamp": stamp()}
}
