package crash

import (
	"context"
	"time"

	"partyline/loadtest/api"
	"partyline/protocol"
)

// Companion watches an evening in its own way, beside the screens: webhooks do. One
// goroutine calls it.
type Companion interface {
	// Started, Ready and Ended tell of each life of the host; one that is killed while
	// it recovers is never ready.
	Started(at time.Time)
	Ready(at time.Time)
	Ended(at time.Time)
	// Begin is called when the sessions are open and nobody has voted yet.
	Begin(ctx context.Context, client *api.Client, sessions []protocol.SessionID) error
	// Finish is called when nobody votes any more and the host still runs.
	Finish(ctx context.Context, client *api.Client) (Account, error)
}

// Account is what a companion has seen: in one sentence, and what does not fit.
type Account struct {
	Summary  string
	Findings []string
}

// nobody is the companion of who has none.
type nobody struct{}

func (nobody) Started(time.Time) {}
func (nobody) Ready(time.Time)   {}
func (nobody) Ended(time.Time)   {}

func (nobody) Begin(context.Context, *api.Client, []protocol.SessionID) error { return nil }

func (nobody) Finish(context.Context, *api.Client) (Account, error) { return Account{}, nil }
