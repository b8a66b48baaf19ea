package attack

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"

	"partyline/protocol"
)

// visitor asks over HTTP from an address of its own, which the server believes because
// its proxy says so.
type visitor struct {
	base, from, token string
	http              *http.Client
}

// visitor keeps so many connections open. It takes nothing compressed, which is the
// dearest for a server that has it compressed only. It is on loopback, as the proxy is.
func (o order) visitor(from, token string, conns int) *visitor {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}}
	v := &visitor{base: "http://" + o.Addr, from: from, token: token, http: &http.Client{Timeout: answerWithin,
		Transport: &http.Transport{DialContext: dialer.DialContext, DisableCompression: true, MaxIdleConnsPerHost: conns, TLSClientConfig: stranger}}}
	if o.TLS {
		v.base = "https://" + o.Addr
	}
	return v
}

// stranger takes any certificate: it is the server's cost that is measured.
var stranger = &tls.Config{InsecureSkipVerify: true}

func (v *visitor) close() { v.http.CloseIdleConnections() }

// ask sends a request, with a body when there is one.
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

// forwardedFor is how a proxy says who asks.
const forwardedFor = "X-Forwarded-For"

// get reads an answer to its end and says what it was, "" when the attack is over.
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

// enter comes in with a code, from an address, as a device or as a new one when it is
// empty. Status is the answer's.
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

// guest comes in from an address and returns the token.
func (t *attackers) guest(ctx context.Context, from string) (string, error) {
	v := t.visitor(from, "", 1)
	defer v.close()
	e, status, err := enter(ctx, v, t.Code, "")
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("a guest is told %d", status)
	}
	return e.Token, err
}

// hammer asks for a path over so many connections of one address, without a pause and
// whatever it is told.
func hammer(conns int, path string) func(context.Context, *attackers) error {
	return func(ctx context.Context, t *attackers) error {
		v := t.visitor(attackerAddress, "", conns)
		defer v.close()
		inParallel(ctx, conns, func(ctx context.Context, _ int) {
			for ctx.Err() == nil {
				t.unlessOver(v.get(ctx, http.MethodGet, path, ""))
			}
		})
		return nil
	}
}

// attackerAddress is where attackers are who have one address; another is their second.
// Both are of the networks for documentation.
const (
	attackerAddress = "198.51.100.66"
	secondAddress   = "198.51.100.67"
)

// unlessOver tells of one answer, unless the attack is over.
func (t *attackers) unlessOver(kind string) {
	if kind != "" {
		t.tell(kind, 1)
	}
}

// spread does n things, some at a time, and returns what went wrong.
func spread(ctx context.Context, n int, do func(ctx context.Context, index int) error) error {
	const hands = 32
	failed := make([]error, hands)
	inParallel(ctx, hands, func(ctx context.Context, hand int) {
		for i := hand; i < n && failed[hand] == nil; i += hands {
			failed[hand] = do(ctx, i)
		}
	})
	return errors.Join(failed...)
}
