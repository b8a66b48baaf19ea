package ecast

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// entry is what the directory says of a room.
type entry struct {
	// host is where its WebSockets are.
	host string
	// locked: nobody comes in any more.
	locked bool
	// most is how many may play, 0 when it does not say.
	most int
}

// lookup asks for a room. It is errGone when there is none.
func (c *Client) lookup(ctx context.Context, code string) (entry, error) {
	var body struct {
		Code       string          `json:"code"`
		Host       string          `json:"host"`
		Locked     bool            `json:"locked"`
		MaxPlayers json.RawMessage `json:"maxPlayers"`
	}
	if err := c.get(ctx, "/rooms/"+code, &body); err != nil {
		return entry{}, err
	}
	if !strings.EqualFold(body.Code, code) || !validHost(body.Host) {
		return entry{}, fmt.Errorf("%w: no room with a host", errAnswer)
	}
	most, _ := strconv.Atoi(string(body.MaxPlayers)) // optional: 0 is unknown
	return entry{host: body.Host, locked: body.Locked, most: max(most, 0)}, nil
}

// connections is how many seats of any kind were ever taken, the host's among them.
func (c *Client) connections(ctx context.Context, code string) (int, error) {
	var body struct {
		Connections *int `json:"connections"`
	}
	if err := c.get(ctx, "/rooms/"+code+"/connections", &body); err != nil {
		return 0, err
	}
	if body.Connections == nil || *body.Connections < 0 {
		return 0, fmt.Errorf("%w: no number of connections", errAnswer)
	}
	return *body.Connections, nil
}

// get reads the body of a REST answer.
func (c *Client) get(ctx context.Context, path string, body any) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base.String()+path, http.NoBody)
	if err != nil {
		return bare("request", err)
	}
	req.Header.Set("User-Agent", agent)
	req.Header.Set("Accept", "application/json")
	res, err := c.http.Do(req)
	if err != nil {
		return bare("request", err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return bare("answer", err)
	}
	return understand(res.StatusCode, text, body)
}

// understand reads an answer. What is throttled gets 403, or a 200 without a word.
func understand(status int, text []byte, body any) error {
	text = bytes.TrimSpace(text)
	switch {
	case status == http.StatusNotFound:
		return errGone
	case status == http.StatusForbidden, status == http.StatusTooManyRequests, status == http.StatusOK && len(text) == 0:
		return errThrottled
	case status != http.StatusOK:
		return fmt.Errorf("%w: status %d", errAnswer, status)
	case len(text) > maxAnswer:
		return fmt.Errorf("%w: over %d bytes", errAnswer, maxAnswer)
	}
	var answer struct {
		OK   bool            `json:"ok"`
		Body json.RawMessage `json:"body"`
	}
	if err := json.Unmarshal(text, &answer); err != nil || !answer.OK {
		return fmt.Errorf("%w: not what was asked for", errAnswer)
	}
	if err := json.Unmarshal(answer.Body, body); err != nil {
		return fmt.Errorf("%w: a field of another type", errAnswer)
	}
	return nil
}

// validHost wants a name or an address, perhaps with a port: it becomes a part of a URL.
func validHost(host string) bool {
	return host != "" && len(host) <= 260 && !strings.ContainsFunc(host, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`/\?#@%"<>`, r)
	})
}
