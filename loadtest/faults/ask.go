package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"partyline/protocol"
	"partyline/protocol/client"
)

// askTimeout bounds one call.
const askTimeout = 10 * time.Second

// answer is what a call was answered, good or bad.
type answer struct {
	status int
	code   protocol.Code
	retry  time.Duration // Retry-After, 0 without one
	body   []byte
}

func (a answer) String() string {
	return fmt.Sprintf("%d %s with Retry-After %v", a.status, a.code, a.retry)
}

// ask calls with a body of JSON, "" for none. The error is for a call without an answer.
func ask(ctx context.Context, c *client.Client, method, path, body string) (a answer, err error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	var sent any
	if body != "" {
		sent = json.RawMessage(body)
	}
	err = c.Call(ctx, method, path, sent, &a.body)
	refused, ok := errors.AsType[*client.Error](err)
	switch {
	case err == nil:
		a.status = http.StatusOK // or another good one
	case ok:
		a.status, a.body, err = refused.Status, refused.Body, nil
		if r := refused.Refusal; r != nil {
			a.code, a.retry = r.Code, r.RetryAfter
		}
	}
	return a, err
}
