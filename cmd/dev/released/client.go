package released

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// body is what is sent and received.
type body = map[string]any

// client calls one server with one token.
type client struct {
	base, token string
	// idempotent calls carry an Idempotency-Key.
	idempotent bool
}

// call sends JSON, or nothing when in is nil, and expects a 2xx response.
func (c *client) call(ctx context.Context, method, path string, in any) (out body, err error) {
	status, answer, err := c.exchange(ctx, method, path, in)
	if err != nil {
		return nil, err
	}
	if status >= 300 {
		return nil, fmt.Errorf("%s %s: %d: %s", method, path, status, answer)
	}
	_ = json.Unmarshal(answer, &out) // no step needs the contents of a list
	return out, nil
}

func (c *client) exchange(ctx context.Context, method, path string, in any) (status int, answer []byte, err error) {
	var sent io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return 0, nil, err
		}
		sent = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, sent)
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.idempotent && method != http.MethodGet {
		req.Header.Set("Idempotency-Key", fmt.Sprint(time.Now().UnixNano()))
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(res.Body)
	return res.StatusCode, answer, err
}

// timeout is the longest wait for anything that happens by itself.
const timeout = 30 * time.Second
