package crowd

import (
	"context"
	"fmt"
	"sync"
	"time"

	"partyline/loadtest/report"
	"partyline/loadtest/watch"
	"partyline/loadtest/wire"
	"partyline/protocol"
)

const (
	// shards spread the recorders of voters, see report.Histogram.Merge.
	shards = 8
	// auditFactor gives a screen that reads a whole session at the end more time than one that was
	// there all along.
	auditFactor = 4
)

// load is what all parts of a run share.
type load struct {
	o Options
	*watch.Sessions
	screens *watch.Screens
	usage   usage
	// token and header lines are sent with votes.
	token  string
	header []string

	ack  [shards]report.Histogram
	late report.Histogram

	mu     sync.Mutex
	errors map[string]int
}

// Run opens sessions on the server, connects the screens, votes, and has the oracle check. The
// error is for a run that could not be done; findings are in the report.
func Run(ctx context.Context, o Options) (*Report, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	sessions, err := watch.Open(ctx, o.Addr, o.Key, o.Sessions)
	if err != nil {
		return nil, fmt.Errorf("open the sessions: %w", err)
	}
	defer sessions.Close()
	l := &load{o: o, Sessions: sessions, screens: sessions.Screens(ctx), errors: map[string]int{}}
	defer l.screens.Close()
	l.screens.Lost = func(err error) { l.failed("screen "+wire.Kind(err), 1) }
	l.usage.begin(o.Pid)
	o.Say("%d screens connect", o.Screens)
	if err := l.screens.Connect(ctx, o.Screens, o.Mode); err != nil {
		return nil, err
	}
	l.token = sessions.Client.Token()
	if o.From != "" {
		bot, err := sessions.Client.IssueToken(ctx, protocol.RoleBot, "load test", 0)
		if err != nil {
			return nil, err
		}
		l.token, l.header = bot.Secret, []string{"X-Forwarded-For: " + o.From}
	}
	if o.WhenReady != nil {
		o.WhenReady()
	}
	return l.run(ctx)
}

// run votes when all screens are connected.
func (l *load) run(ctx context.Context) (*Report, error) {
	l.usage.connected()
	l.o.Say("the voters vote")
	began, before := time.Now(), l.screens.Deliveries()
	voting, stop := context.WithCancel(ctx)
	defer stop()
	go l.usage.sample(voting) // ends with the voting
	l.screens.Churn(voting, l.o.Churn)
	l.vote(voting)
	stop()
	voted := time.Since(began)

	l.o.Say("the screens catch up")
	heads, err := l.catchUp(ctx)
	if err != nil {
		return nil, err
	}
	shown := time.Since(began)
	l.usage.end()
	l.screens.Close()
	if err := l.Judge(ctx, heads, l.Votes.Acknowledged(), true); err != nil {
		return nil, err
	}
	for _, id := range l.IDs {
		if err := l.Client.CloseSession(ctx, id); err != nil {
			return nil, err
		}
	}
	return l.report(l.screens.Deliveries()-before, voted, shown), ctx.Err()
}

// catchUp waits until every session is seen to its end, and returns the last seq of each.
func (l *load) catchUp(ctx context.Context) ([]protocol.Seq, error) {
	within := l.o.Settle
	if l.screens.WatchRest() > 0 {
		within *= auditFactor
	}
	l.Seen(ctx, within, l.Votes.Acknowledged())
	heads := make([]protocol.Seq, len(l.IDs))
	for i, id := range l.IDs {
		var err error
		if heads[i], err = l.Client.LatestSeq(ctx, id); err != nil {
			return nil, err
		}
	}
	l.screens.CatchUp(ctx, within, heads)
	return heads, nil
}

// failed counts an error by its kind.
func (l *load) failed(kind string, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.errors[kind] += n
}
