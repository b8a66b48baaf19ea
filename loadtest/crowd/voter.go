package crowd

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"

	"partyline/loadtest/oracle"
	"partyline/protocol/client"
)

const (
	// answerTimeout is when a voter gives up; the outcome is unknown then.
	answerTimeout = 15 * time.Second
	// redialAfter is the wait before a voter whose connection died connects again.
	redialAfter = 20 * time.Millisecond
)

// vote runs the whole load: it returns when every vote of the source is answered or given up.
func vote(ctx context.Context, s *stage) {
	src := newSource(ctx, s)
	voters, run := s.o.Clients, s.post
	if s.o.Transport == WS {
		voters, run = s.o.Conns, s.request
	}
	var group sync.WaitGroup
	for i := range voters {
		group.Go(func() { run(ctx, src, i) }) // ends with the source or ctx
	}
	group.Wait()
}

// settle notes the answer to one vote and how long it took.
func (s *stage) settle(shard int, n oracle.Number, at time.Duration, status int, answer []byte) {
	o, kind := oracle.Judge(status, answer)
	s.ledger.Settle(n, o)
	if kind != "" {
		s.failed(kind, 1)
		return
	}
	s.ack[shard%shards].Record(at - s.ledger.Due(n))
}

// redial runs dial until it succeeds; false when ctx ended.
func (s *stage) redial(ctx context.Context, dial func() error) bool {
	for ctx.Err() == nil {
		err := dial()
		if err == nil {
			return true
		}
		s.failed("connect: "+kindOf(err), 1)
		select {
		case <-ctx.Done():
		case <-time.After(redialAfter):
		}
	}
	return false
}

// kindOf names an error for the report: few names, many errors.
func kindOf(err error) string {
	var closed *client.CloseError
	switch {
	case err == nil:
		return "ended"
	case errors.As(err, &closed):
		return "closed " + strconv.Itoa(closed.Code) + " " + closed.Reason
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection reset"
	case errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed):
		return "disconnected"
	}
	return err.Error()
}
