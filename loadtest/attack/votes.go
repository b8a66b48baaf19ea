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
	report.InParallel(ctx, nonReading, func(ctx context.Context, _ int) { t.count(t.nonReadingScreen(ctx), 1) })
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

// overloaders times the 1,024 requests that one connection may have unanswered are more than twice
// the 16,384 of all.
const overloaders = 40

// overloadNames are so many that a connection takes seconds to come back to one: a name may vote
// once a second.
const overloadNames = 400_000

// overloadWrite is how many requests go out in one write.
const overloadWrite = 128

// overload sends votes without waiting for answers, as fast as the server reads, over as many
// connections as fill the hub's admission.
func overload(ctx context.Context, t *attackers) error {
	report.InParallel(ctx, overloaders, func(ctx context.Context, index int) {
		c, err := wire.Connect(ctx, t.Addr, t.Admin)
		if err != nil {
			t.count("not connected", 1)
			return
		}
		defer func() { _ = c.Close() }()
		o := &overloader{t: t, c: c, voter: oracle.Number(index), began: time.Now()}
		ended := make(chan string, 1)
		go func() { ended <- watch(ctx, c, o.answer) }() // ends with the connection, which is closed here
		o.ask(ctx)
		t.count(<-ended, 1)
		t.count("200", o.met[0])
		t.count("429", o.met[1])
		t.count("503", o.met[2])
		t.count("other answers", o.met[3])
	})
	return nil
}

// overloader is one connection. It steps through the names so that no two connections vote for the
// same.
type overloader struct {
	t     *attackers
	c     *wire.Conn
	voter oracle.Number
	began time.Time
	// met counts 200, 429, 503 and others; it belongs to the reader.
	met [4]int
}

// ask writes requests. Their ids are when they were sent, in microseconds.
func (o *overloader) ask(ctx context.Context) {
	var message []byte
	for ctx.Err() == nil {
		now := time.Now()
		for range overloadWrite {
			message = strconv.AppendInt(append(message[:0], `{"type":"request","id":"`...), now.Sub(o.began).Microseconds(), 10)
			message = append(message, `","op":"votes.live","data":`...)
			message = append(oracle.AppendVote(message, o.t.Session, oracle.Vote{Number: o.voter, Up: true, Stamp: protocol.TimestampOf(now)}), '}')
			o.voter = (o.voter + overloaders) % overloadNames
			o.c.Queue(message)
		}
		if o.c.Flush() != nil {
			return
		}
	}
}

// answer counts an answer, and records the latency of a vote that was taken.
func (o *overloader) answer(message []byte) {
	r, ok := oracle.ReadResponse(message)
	switch {
	case ok && r.Status == 200:
		o.met[0]++
		o.t.taken.Record(time.Since(o.began) - time.Duration(r.ID)*time.Microsecond)
	case ok && r.Status == 429:
		o.met[1]++
	case ok && r.Status == 503:
		o.met[2]++
	case ok:
		o.met[3]++
	}
}
