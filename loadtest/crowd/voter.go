package crowd

import (
	"context"
	"sync"
	"time"

	"partyline/loadtest/oracle"
	"partyline/loadtest/report"
	"partyline/loadtest/wire"
)

const (
	// answerTimeout is when a voter gives up; the outcome is unknown then.
	answerTimeout = 15 * time.Second
	// redialAfter is the wait before a voter whose connection died connects again.
	redialAfter = 20 * time.Millisecond
)

// vote runs the whole load: it returns when every vote of the source is answered or given up.
func (l *load) vote(ctx context.Context) {
	src := newSource(ctx, l)
	voters, run := l.o.Clients, l.post
	if l.o.Transport == WS {
		voters, run = l.o.Conns, l.request
	}
	var group sync.WaitGroup
	for i := range voters {
		group.Go(func() { run(ctx, src, i) }) // ends with the source or ctx
	}
	group.Wait()
}

// settle notes the answer to one vote and how long it took.
func (l *load) settle(shard int, n oracle.Number, at time.Duration, status int, answer []byte) {
	o, kind := oracle.Judge(status, answer)
	l.Ledger.Settle(n, o)
	if kind != "" {
		l.failed(kind, 1)
		return
	}
	l.ack[shard%shards].Record(at - l.Ledger.Due(n))
}

// redial runs dial until it succeeds; false when ctx ended.
func (l *load) redial(ctx context.Context, dial func() error) bool {
	for ctx.Err() == nil {
		err := dial()
		if err == nil {
			return true
		}
		l.failed("connect: "+wire.Kind(err), 1)
		_ = report.Wait(ctx, redialAfter)
	}
	return false
}
