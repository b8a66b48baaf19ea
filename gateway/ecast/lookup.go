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

// roomInfo is what the directory returns for a room.
type roomInfo struct {
	// host is the host of its WebSockets.
	host string
	// locked: nobody can join any more.
	locked bool
	// maxPlayers is how many may play, 0 when unknown.
	maxPlayers int
}

// lookup asks the directory for a room; errRoomGone when there is none.
func (c *Client) lookup(ctx context.Context, code string) (roomInfo, error) {
	var body struct {
		Code       string          `json:"code"`
		Host       string          `json:"host"`
		Locked     bool            `json:"locked"`
		MaxPlayers json.RawMessage `json:"maxPlayers"`
	}
	if err := c.get(ctx, "/rooms/"+code, &body); err != nil {
		return roomInfo{}, err
	}
	if !strings.EqualFold(body.Code, code) || !validHost(body.Host) {
		return roomInfo{}, fmt.Errorf("%w: no room with a host", errBadResponse)
	}
	maxPlayers, _ := strconv.Atoi(string(body.MaxPlayers)) // optional: 0 is unknown
	return roomInfo{host: body.Host, locked: body.Locked, maxPlayers: max(maxPlayers, 0)}, nil
}

// countConnections is how many seats of any kind were ever taken, the host's among them.
func (c *Client) countConnections(ctx context.Context, code string) (int, error) {
	var body struct {
		Connections *int `json:"connections"`
	}
	if err := c.get(ctx, "/rooms/"+code+"/connections", &body); err != nil {
		return 0, err
	}
	if body.Connections == nil || *body.Connections < 0 {
		return 0, fmt.Errorf("%w: no number of connections", errBadResponse)
	}
	return *body.Connections, nil
}

// get decodes the body of a REST response.
func (c *Client) get(ctx context.Context, path string, body any) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base.String()+path, http.NoBody)
	if err != nil {
		return withoutURL("request", err)
	}
	req.Header.Set("User-Agent", userAgent)
	req.Header.Set("Accept", "application/json")
	res, err := c.http.Do(req)
	if err != nil {
		return withoutURL("request", err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxResponse+1))
	if err != nil {
		return withoutURL("answer", err)
	}
	return decodeResponse(res.StatusCode, text, body)
}

// decodeResponse decodes a response. Throttled requests get 403, or an empty 200.
func decodeResponse(status int, text []byte, body any) error {
	text = bytes.TrimSpace(text)
	switch {
	case status == http.StatusNotFound:
		return errRoomGone
	case status == http.StatusForbidden, status == http.StatusTooManyRequests, status == http.StatusOK && len(text) == 0:
		return errThrottled
	case status != http.StatusOK:
		return fmt.Errorf("%w: status %d", errBadResponse, status)
	case len(text) > maxResponse:
		return fmt.Errorf("%w: over %d bytes", errBadResponse, maxResponse)
	}
	var answer struct {
		OK   bool            `json:"ok"`
		Body json.RawMessage `json:"body"`
	}
	if err := json.Unmarshal(text, &answer); err != nil || !answer.OK {
		return fmt.Errorf("%w: not a successful response", errBadResponse)
	}
	if err := json.Unmarshal(answer.Body, body); err != nil {
		return fmt.Errorf("%w: a field of another type", errBadResponse)
	}
	return nil
}

// validHost accepts a name or an address, perhaps with a port: it becomes a part of a URL.
func validHost(host string) bool {
	return host != "" && len(host) <= 260 && !strings.ContainsFunc(host, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`/\?#@%"<>`, r)
	})
}
