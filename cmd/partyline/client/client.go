package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"partyline/protocol"
)

const (
	// callTimeout bounds one call from first to last byte; a write takes milliseconds.
	callTimeout = 15 * time.Second
	// maxAnswer bounds an answer that is read whole, in bytes.
	maxAnswer = 16 << 20
)

// Client is an admin of one hub. Its methods may be called from any goroutine.
type Client struct {
	base  string
	token string
	http  *http.Client
}

// Login makes a client with an admin's token. Base is such as http://localhost:5000.
func Login(ctx context.Context, base, key string) (*Client, error) {
	c := &Client{base: strings.TrimRight(base, "/"), http: &http.Client{}}
	var answer protocol.Login
	if err := c.Call(ctx, http.MethodPost, "/api/auth/login", map[string]string{"key": key}, &answer); err != nil {
		return nil, fmt.Errorf("log in: %w", err)
	}
	c.token = answer.Token
	return c, nil
}

// Token is the admin's token.
func (c *Client) Token() string { return c.token }

// Call sends a body, unless it is nil, and decodes the answer. What the hub refuses
// is its *protocol.Error. Without an answer in 15 s the outcome is unknown.
func (c *Client) Call(ctx context.Context, method, path string, body, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	res, err := c.Send(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	return json.NewDecoder(io.LimitReader(res.Body, maxAnswer)).Decode(answer)
}

// Send returns an answer of status 2xx, however long it is; the caller closes its
// body. Errors are as of Call; only ctx bounds the time.
func (c *Client) Send(ctx context.Context, method, path string, body any) (*http.Response, error) {
	req, err := c.request(ctx, method, path, body)
	if err != nil {
		return nil, err
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("no answer from %s: %w", c.base, err)
	}
	if res.StatusCode/100 == 2 {
		return res, nil
	}
	defer res.Body.Close()
	return nil, refusal(res)
}

// Refused says whether err is the hub's refusal with that code.
func Refused(err error, code protocol.Code) bool {
	e, ok := errors.AsType[*protocol.Error](err)
	return ok && e.Code == code
}

func (c *Client) request(ctx context.Context, method, path string, body any) (*http.Request, error) {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		content = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, content)
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	return req, nil
}

// refusal is what the hub said, or its status when it was not the hub that spoke.
func refusal(res *http.Response) error {
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	var e protocol.Error
	if err != nil || json.Unmarshal(text, &e) != nil || e.Message == "" {
		return fmt.Errorf("%s answered %s", res.Request.URL.Host, res.Status)
	}
	return &e
}
