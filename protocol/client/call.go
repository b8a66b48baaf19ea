package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

const (
	// callTimeout bounds one call from first to last byte. A write takes milliseconds; the
	// slowest read is a page of votes of a long session.
	callTimeout = 30 * time.Second
	// maxAnswer bounds an answer that is held in memory, in bytes.
	maxAnswer = 16 << 20
)

// Call sends one request and decodes the answer into answer, unless that is nil; a
// *[]byte gets the undecoded bytes. A nil body is not sent. Without an answer in 30 s the
// outcome is unknown.
func (c *Client) Call(ctx context.Context, method, path string, body, answer any) error {
	return c.CallWithKey(ctx, "", method, path, body, answer)
}

// CallWithKey is Call with an Idempotency-Key, "" for none: the same request may be sent
// again with the same key and is carried out once.
func (c *Client) CallWithKey(ctx context.Context, key, method, path string, body, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	res, err := c.send(ctx, key, method, path, body)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return decode(text, answer)
}

func decode(text []byte, answer any) error {
	switch answer := answer.(type) {
	case nil:
		return nil
	case *[]byte:
		*answer = text
		return nil
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return &codecError{fmt.Errorf("cannot decode the answer: %w", err)}
	}
	return nil
}

func encode(v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, &codecError{err}
	}
	return text, nil
}

// codecError is the error for data that cannot be encoded or decoded. Another try does not help.
type codecError struct{ error }

func (e *codecError) Unwrap() error { return e.error }

// Send sends one request and returns an answer of status 2xx without reading its body, which
// the caller must close. Only ctx bounds the time.
func (c *Client) Send(ctx context.Context, method, path string, body any) (*http.Response, error) {
	return c.send(ctx, "", method, path, body)
}

func (c *Client) send(ctx context.Context, key, method, path string, body any) (*http.Response, error) {
	req, err := c.request(ctx, method, path, body)
	if err != nil {
		return nil, err
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("no answer from %s: %w", c.base, err)
	}
	if res.StatusCode/100 == 2 {
		return res, nil
	}
	defer func() { _ = res.Body.Close() }()
	return nil, newError(res)
}

// request builds a request; a body that is an io.Reader is sent unchanged, as CSV.
func (c *Client) request(ctx context.Context, method, path string, body any) (*http.Request, error) {
	content, isText := body.(io.Reader)
	if body != nil && !isText {
		text, err := encode(body)
		if err != nil {
			return nil, err
		}
		content = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, content)
	if err != nil {
		return nil, err
	}
	switch {
	case isText:
		req.Header.Set("Content-Type", "text/csv")
	case body != nil:
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	return req, nil
}
