package gateway

import (
	"context"
	"time"

	"partyline/protocol"
)

// turnPatience is how long a stranger waits for a turn. The hub bounds a reading of the
// vote history to as much.
const turnPatience = 5 * time.Second

// turn is held by one stranger at a time.
type turn chan struct{}

// inTurn has strangers, guests among them, read one after the other what takes the hub a
// core for seconds: a page of the vote history. The hub lets two do so at a time, so one
// place is always left to those who have a token.
func (t turn) inTurn(h handler) handler {
	return func(ctx context.Context, in *input) (reply, error) {
		if in.who.Role != "" && in.who.Role != protocol.RoleGuest {
			return h(ctx, in)
		}
		wait, cancel := context.WithTimeout(ctx, turnPatience)
		defer cancel()
		select {
		case t <- struct{}{}:
			defer func() { <-t }()
			return h(ctx, in)
		case <-wait.Done():
			return reply{}, protocol.Errorf(protocol.CodeOverloaded, "Too many are reading the vote history, try again in a moment")
		}
	}
}
