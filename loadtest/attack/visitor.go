package attack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"partyline/loadtest/report"
	"partyline/loadtest/wire"
	"partyline/protocol"
	"partyline/protocol/client"
)

// visitor sends HTTP requests from an address, by the header of a proxy that the server trusts.
type visitor struct {
	base, from, token string
	http              *http.Client
}

// visitor keeps so many connections open. It accepts no compression, which costs a server that
// holds its files compressed the most.
func (t task) visitor(from, token string, conns int) *visitor {
	return &visitor{base: "http://" + t.Addr, from: from, token: token, http: &http.Client{Timeout: answerWithin,
		Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: conns}}}
}

func (v *visitor) close() { v.http.CloseIdleConnections() }

// ask sends a request, with a body unless that is empty.
func (v *visitor) ask(ctx context.Context, method, path, body string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, v.base+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if v.from != "" {
		req.Header.Set(forwardedFor, v.from)
	}
	if v.token != "" {
		req.Header.Set("Authorization", "Bearer "+v.token)
	}
	return v.http.Do(req)
}

// forwardedFor is the header in which a proxy names the client's address.
const forwardedFor = "X-Forwarded-For"

// get sends a request and returns the status of the answer, "" when the attack is over.
func (v *visitor) get(ctx context.Context, method, path, body string) string {
	res, err := v.ask(ctx, method, path, body)
	if err != nil {
		return failure(ctx)
	}
	defer func() { _ = res.Body.Close() }()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return failure(ctx)
	}
	return strconv.Itoa(res.StatusCode)
}

func failure(ctx context.Context) string {
	if ctx.Err() != nil {
		return ""
	}
	return "no answer"
}

// enter joins with a code, as a device or, when that is empty, as a new one. Status is the
// answer's.
func enter(ctx context.Context, v *visitor, code, device string) (e protocol.GuestLogin, status int, err error) {
	body, _ := json.Marshal(protocol.EnterAsGuest{Code: code, Device: device})
	res, err := v.ask(ctx, http.MethodPost, "/api/join", string(body))
	if err != nil {
		return e, 0, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return e, res.StatusCode, nil
	}
	return e, res.StatusCode, json.NewDecoder(res.Body).Decode(&e)
}

// guest joins from an address and returns the token.
func (t *attackers) guest(ctx context.Context, from string) (string, error) {
	v := t.visitor(from, "", 1)
	defer v.close()
	e, status, err := enter(ctx, v, t.Code, "")
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("a guest is told %d", status)
	}
	return e.Token, err
}

// hammer requests a path over so many connections of one address, without a pause.
func hammer(conns int, path string) func(context.Context, *attackers) error {
	return func(ctx context.Context, t *attackers) error {
		v := t.visitor(attackerAddress, "", conns)
		defer v.close()
		report.InParallel(ctx, conns, func(ctx context.Context, _ int) {
			for ctx.Err() == nil {
				t.count(v.get(ctx, http.MethodGet, path, ""), 1)
			}
		})
		return nil
	}
}

// attackerAddress is the address of attackers who have one, of a network for documentation.
const attackerAddress = "198.51.100.66"

// lastWait is how long an attacker waits at its end for the server to close its connection.
const lastWait = 2 * time.Second

// watch reads until the connection or the attack ends, and returns how it ended.
func watch(ctx context.Context, c *wire.Conn, each func(message []byte)) string {
	stop := context.AfterFunc(ctx, func() { _ = c.SetReadDeadline(time.Now().Add(lastWait)) })
	defer stop()
	for {
		m, err := c.Next()
		if err == nil {
			each(m)
			if ctx.Err() != nil {
				return "stayed" // it has still something to say
			}
			continue
		}
		return ending(err)
	}
}

// ending names how a connection ended, or that it did not.
func ending(err error) string {
	var closed *client.CloseError
	switch {
	case errors.As(err, &closed):
		return "closed " + strconv.Itoa(closed.Code)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "stayed"
	}
	return "ended"
}
