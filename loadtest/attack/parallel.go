package attack

import (
	"context"
	"errors"
	"os"
	"strconv"
	"sync"
	"time"

	"partyline/loadtest/wire"
	"partyline/protocol/client"
)

// inParallel runs n attackers and waits for them; each ends with ctx.
func inParallel(ctx context.Context, n int, attacker func(ctx context.Context, index int)) {
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { attacker(ctx, i) })
	}
	group.Wait()
}

// lastWait is how long an attacker waits at its end for the server to close its connection.
const lastWait = 2 * time.Second

// watch reads until the connection or the attack ends, and returns how it ended.
func watch(ctx context.Context, c *wire.Conn, each func(message []byte)) string {
	stop := context.AfterFunc(ctx, func() { _ = c.SetReadDeadline(time.Now().Add(lastWait)) })
	defer stop()
	for {
		m, err := c.Next()
		if err == nil {
			each(m)
			if ctx.Err() != nil {
				return "stayed" // it has still something to say
			}
			continue
		}
		return ending(err)
	}
}

// ending names how a connection ended, or that it did not.
func ending(err error) string {
	var closed *client.CloseError
	switch {
	case errors.As(err, &closed):
		return "closed " + strconv.Itoa(closed.Code)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "stayed"
	}
	return "ended"
}

// spread calls do n times, 32 at a time, and returns the errors.
func spread(ctx context.Context, n int, do func(ctx context.Context, index int) error) error {
	const workers = 32
	failed := make([]error, workers)
	inParallel(ctx, workers, func(ctx context.Context, worker int) {
		for i := worker; i < n && failed[worker] == nil; i += workers {
			failed[worker] = do(ctx, i)
		}
	})
	return errors.Join(failed...)
}
