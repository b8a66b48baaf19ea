package crowd

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"partyline/loadtest/oracle"
	"partyline/loadtest/report"
	"partyline/loadtest/wire"
	"partyline/protocol"
)

const (
	// answerTimeout is how long a voter waits; the outcome is unknown then.
	answerTimeout = 15 * time.Second
	// redialAfter is the wait before a voter whose connection died connects again.
	redialAfter = 20 * time.Millisecond
)

// vote returns when every vote of the source is answered or given up.
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

// settle notes the answer to one vote, and its latency.
func (l *load) settle(shard int, n oracle.Number, at time.Duration, status int, answer []byte) {
	o, kind := oracle.Judge(status, answer)
	l.Votes.Settle(n, o)
	if kind != "" {
		l.failed(kind, 1)
		return
	}
	l.ack[shard%shards].Record(at - l.Votes.Due(n))
}

// redial calls dial until it succeeds; false when ctx ended.
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

// post is one voter over REST, with one request at a time: votes.live or votes.batch.
func (l *load) post(ctx context.Context, src *source, index int) {
	path := "/api/votes/live"
	if l.o.Transport == Batch {
		path = "/api/votes/batch"
	}
	var p *wire.Poster
	dial := func() (err error) {
		p, err = wire.NewPoster(ctx, l.o.Addr, path, l.token, answerTimeout, l.header...)
		return err
	}
	if !l.redial(ctx, dial) {
		return
	}
	defer func() { _ = p.Close() }()
	var body []byte
	var votes []oracle.Vote
	for j, ok := src.next(); ok && ctx.Err() == nil; j, ok = src.next() {
		votes = src.sent(j, votes[:0])
		body = l.body(body[:0], votes)
		status, answer, err := p.Post(body)
		if err != nil {
			l.failed("post: "+wire.Kind(err), 1)
			_ = p.Close()
			if !l.redial(ctx, dial) {
				return
			}
			continue
		}
		l.answered(index, votes, status, answer)
	}
}

func (l *load) body(dst []byte, votes []oracle.Vote) []byte {
	if l.o.Transport == Batch {
		return oracle.AppendBatch(dst, l.IDs, votes)
	}
	return oracle.AppendVote(dst, l.IDs[votes[0].Session], votes[0])
}

// answered notes the answer to one request.
func (l *load) answered(shard int, votes []oracle.Vote, status int, answer []byte) {
	now := l.Votes.Now()
	if l.o.Transport != Batch || status != 200 {
		for _, v := range votes {
			l.settle(shard, v.Number, now, status, answer)
		}
		return
	}
	var b protocol.BatchResult
	if err := json.Unmarshal(answer, &b); err != nil || len(b.Results) != len(votes) {
		l.Findings.Add("votes.batch: %d results for %d votes, %v", len(b.Results), len(votes), err)
		return
	}
	for i, r := range b.Results {
		refusal := answer
		if r.Status != 200 {
			refusal, _ = json.Marshal(protocol.Error{Code: r.Code, Message: r.Error})
		}
		l.settle(shard, votes[i].Number, now, r.Status, refusal)
	}
}
