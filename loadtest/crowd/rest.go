package crowd

import (
	"context"
	"encoding/json"

	"partyline/loadtest/oracle"
	"partyline/loadtest/wire"
	"partyline/protocol"
)

// post is one voter over REST, one request at a time: votes.live or votes.batch.
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

// answered settles the votes of one request.
func (l *load) answered(shard int, votes []oracle.Vote, status int, answer []byte) {
	now := l.Ledger.Now()
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
