package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"partyline/protocol"
)

const (
	// callTimeout bounds one call; the slowest is a page of votes of a long evening.
	callTimeout = 30 * time.Second
	// readyPoll is how often a starting server is asked whether it is ready: restart
	// times are measured to this precision.
	readyPoll = 2 * time.Millisecond
)

// Client calls as an admin. Methods may be called from any goroutine; their errors
// tell method, path, status and the server's sentence.
type Client struct {
	// Addr is host:port, Token what to say as bearer.
	Addr, Token string
	http        *http.Client
}

// Refusal is an answer that is not a good one.
type Refusal struct {
	Method, Path string
	Status       int
	Answer       []byte
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("%s %s: %d: %s", r.Method, r.Path, r.Status, r.Answer)
}

// Said is the error in the answer; of one that is not ours only that it failed.
func (r *Refusal) Said() *protocol.Error {
	var e protocol.Error
	if json.Unmarshal(r.Answer, &e) != nil || e.Code == "" {
		return protocol.Errorf(protocol.CodeInternal, "%d %s", r.Status, r.Answer)
	}
	return &e
}

// Login exchanges the admin key for a token.
func Login(ctx context.Context, addr, key string) (*Client, error) {
	c := newClient(addr, "")
	var l protocol.Login
	err := c.call(ctx, "POST", "/api/auth/login", map[string]string{"key": key}, &l)
	c.Token = l.Token
	return c, err
}

func newClient(addr, token string) *Client {
	return &Client{Addr: addr, Token: token, http: &http.Client{Timeout: callTimeout, Transport: &http.Transport{}}}
}

// Close ends idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// CreateGame adds a game of that title for a crowd of any size.
func (c *Client) CreateGame(ctx context.Context, title string) (g protocol.Game, err error) {
	body := map[string]any{"pack_name": "Load test", "title": title, "min_players": 1, "max_players": 8}
	return g, c.call(ctx, "POST", "/api/games", body, &g)
}

// IssueToken makes a token of that role, good for a day.
func (c *Client) IssueToken(ctx context.Context, role protocol.Role, name string) (t protocol.IssuedToken, err error) {
	return t, c.call(ctx, "POST", "/api/auth/tokens", map[string]any{"role": role, "name": name}, &t)
}

// IssueSessionToken makes a token of that role for one session, good for a day.
func (c *Client) IssueSessionToken(ctx context.Context, role protocol.Role, name string, id protocol.SessionID) (t protocol.IssuedToken, err error) {
	return t, c.call(ctx, "POST", "/api/auth/tokens", map[string]any{"role": role, "name": name, "sessionId": id}, &t)
}

// Stats reads the counts over all sessions.
func (c *Client) Stats(ctx context.Context) (s protocol.Stats, err error) {
	return s, c.call(ctx, "GET", "/api/stats", nil, &s)
}

// CreateSession opens a session.
func (c *Client) CreateSession(ctx context.Context) (s protocol.Session, err error) {
	return s, c.call(ctx, "POST", "/api/sessions", map[string]string{"notes": "load test"}, &s)
}

// OpenJoin lets phones into the session with a code.
func (c *Client) OpenJoin(ctx context.Context, id protocol.SessionID, policy protocol.JoinPolicy) (j protocol.Join, err error) {
	return j, c.call(ctx, "PUT", fmt.Sprintf("/api/sessions/%d/join", id), map[string]any{"policy": policy}, &j)
}

// CloseSession ends it.
func (c *Client) CloseSession(ctx context.Context, id protocol.SessionID) error {
	return c.call(ctx, "POST", fmt.Sprintf("/api/sessions/%d/close", id), struct{}{}, nil)
}

// AddGame starts the game in the session.
func (c *Client) AddGame(ctx context.Context, id protocol.SessionID, game protocol.GameID) (p protocol.SessionGame, err error) {
	return p, c.call(ctx, "POST", fmt.Sprintf("/api/sessions/%d/games", id), map[string]any{"game_id": game}, &p)
}

// SessionVotes reads the totals of a session.
func (c *Client) SessionVotes(ctx context.Context, id protocol.SessionID) (v protocol.SessionVotes, err error) {
	return v, c.call(ctx, "GET", fmt.Sprintf("/api/sessions/%d/votes", id), nil, &v)
}

// VotePage reads a page, from 1, of a session's votes, newest first, as many as a page holds.
func (c *Client) VotePage(ctx context.Context, id protocol.SessionID, page int) (p protocol.VotePage, err error) {
	return p, c.call(ctx, "GET", fmt.Sprintf("/api/votes?session_id=%d&limit=%d&page=%d", id, protocol.MaxPageSize, page), nil, &p)
}

// Metrics reads /metrics, the text format of Prometheus.
func (c *Client) Metrics(ctx context.Context) ([]byte, error) {
	var text raw
	err := c.call(ctx, "GET", "/metrics", nil, &text)
	return text, err
}

// raw is an answer that is no JSON.
type raw []byte

func (c *Client) call(ctx context.Context, method, path string, body, out any) error {
	return c.callWith(ctx, method, path, "", body, out)
}

// callWith sends an Idempotency-Key along when it is not empty.
func (c *Client) callWith(ctx context.Context, method, path, key string, body, out any) error {
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		r = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+c.Addr+path, r)
	if err != nil {
		return err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	if c.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.Token)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	return c.read(res, out)
}

func (c *Client) read(res *http.Response, out any) error {
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", res.Request.Method, res.Request.URL.Path, err)
	}
	if res.StatusCode/100 != 2 {
		return &Refusal{Method: res.Request.Method, Path: res.Request.URL.Path, Status: res.StatusCode, Answer: b}
	}
	if out == nil {
		return nil
	}
	if text, ok := out.(*raw); ok {
		*text = b
		return nil
	}
	return json.Unmarshal(b, out)
}

// WaitReady asks /ready until it says 200, and returns how long that took.
func WaitReady(ctx context.Context, addr string) (time.Duration, error) {
	client := &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	began, tick := time.Now(), time.NewTicker(readyPoll)
	defer tick.Stop()
	for {
		req, err := http.NewRequestWithContext(ctx, "GET", "http://"+addr+"/ready", nil)
		if err != nil {
			return 0, err
		}
		res, err := client.Do(req)
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return time.Since(began), nil
			}
		}
		select {
		case <-ctx.Done():
			return 0, fmt.Errorf("%s is not ready after %v: %w", addr, time.Since(began).Round(time.Millisecond), ctx.Err())
		case <-tick.C:
		}
	}
}
