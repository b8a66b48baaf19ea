package attack

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"partyline/loadtest/oracle"
	"partyline/loadtest/report"
	"partyline/loadtest/wire"
	"partyline/protocol"
	"partyline/protocol/client"
)

const (
	// batchNames is how many names the attackers vote under.
	batchNames = 100_000
	// answerWithin is the timeout of an attacker's request.
	answerWithin = 15 * time.Second
	// nonReading is how many screens never read.
	nonReading = 300
	// nonReadingRate is in votes a second: with 230 bytes each they fill the kernel's buffers of a
	// connection on loopback, some 2.5 MiB, within seconds.
	nonReadingRate = 4000
)

// batchVoter votes in the attackers' session by votes.batch. It serves one goroutine.
type batchVoter struct {
	t     *attackers
	post  *wire.Poster
	voter oracle.Number
	body  []byte
}

func newBatchVoter(ctx context.Context, t *attackers) (*batchVoter, error) {
	p, err := wire.NewPoster(ctx, t.Addr, "/api/votes/batch", t.Admin, answerWithin)
	return &batchVoter{t: t, post: p}, err
}

func (b *batchVoter) close() { _ = b.post.Close() }

// cast sends n votes, each under the next name.
func (b *batchVoter) cast(n int) error {
	now, votes := protocol.TimestampOf(time.Now()), make([]oracle.Vote, n)
	for i := range votes {
		votes[i] = oracle.Vote{Number: b.voter, Up: true, Stamp: now}
		b.voter = (b.voter + 1) % batchNames
	}
	b.body = oracle.AppendBatch(b.body[:0], []protocol.SessionID{b.t.Session}, votes)
	status, answer, err := b.post.Post(b.body)
	if err != nil {
		return err
	}
	b.t.count(strconv.Itoa(status), 1)
	if status != http.StatusOK {
		return fmt.Errorf("votes.batch: %d %s", status, answer)
	}
	return nil
}

// manyNames votes under a hundred thousand names, as fast as one client can.
func manyNames(ctx context.Context, t *attackers) error {
	b, err := newBatchVoter(ctx, t)
	if err != nil {
		return err
	}
	defer b.close()
	for ctx.Err() == nil {
		if err := b.cast(protocol.MaxBatchVotes); err != nil {
			return err
		}
	}
	return nil
}

// nonReadingScreens subscribes to a session with many votes and never reads.
func nonReadingScreens(ctx context.Context, t *attackers) error {
	votes := make(chan error, 1)
	go func() { votes <- t.votesAt(ctx, nonReadingRate) }() // ends with ctx and is waited for
	inParallel(ctx, nonReading, func(ctx context.Context, _ int) { t.count(t.nonReadingScreen(ctx), 1) })
	return <-votes
}

func (t *attackers) nonReadingScreen(ctx context.Context) string {
	c, err := wire.Connect(ctx, t.Addr, t.Viewer)
	if err != nil {
		return "not connected"
	}
	defer func() { _ = c.Close() }()
	if _, err := client.Subscribe(c, client.Subscription{Session: t.Session}); err != nil {
		return "not subscribed"
	}
	<-ctx.Done()
	// What the kernel holds can still be read: in the end there must be an end.
	_ = c.SetReadDeadline(time.Now().Add(lastWait))
	for {
		if _, err := c.Next(); err != nil {
			return ending(err)
		}
	}
}

// votesAt votes in the attackers' session at a rate until ctx ends.
func (t *attackers) votesAt(ctx context.Context, rate int) error {
	b, err := newBatchVoter(ctx, t)
	if err != nil {
		return err
	}
	defer b.close()
	const batches = 20 // a second
	for report.Wait(ctx, time.Second/batches) == nil {
		if err := b.cast(rate / batches); err != nil {
			return err
		}
	}
	return nil
}
