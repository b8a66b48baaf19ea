package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"partyline/loadtest/api"
	"partyline/protocol"
)

// askTimeout bounds one call.
const askTimeout = 10 * time.Second

// answer is what a call was answered, good or bad.
type answer struct {
	status int
	code   protocol.Code
	retry  string // Retry-After
	body   []byte
}

func (a answer) String() string {
	return fmt.Sprintf("%d %s with Retry-After %q", a.status, a.code, a.retry)
}

func ask(ctx context.Context, c *api.Client, method, path, body string) (a answer, err error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, "http://"+c.Addr+path, strings.NewReader(body))
	if err != nil {
		return a, err
	}
	req.Header.Set("Authorization", "Bearer "+c.Token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return a, err
	}
	defer func() { _ = res.Body.Close() }()
	a.status, a.retry = res.StatusCode, res.Header.Get("Retry-After")
	if a.body, err = io.ReadAll(res.Body); err != nil {
		return a, err
	}
	var e protocol.Error
	if a.status/100 != 2 {
		_ = json.Unmarshal(a.body, &e)
		a.code = e.Code
	}
	return a, nil
}
