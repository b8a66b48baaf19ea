package crowd

import (
	"context"
	"encoding/json"

	"partyline/loadtest/oracle"
	"partyline/loadtest/wire"
	"partyline/protocol"
)

// post is one voter over REST, one request at a time: votes.live or votes.batch.
func (s *stage) post(ctx context.Context, src *source, index int) {
	path := "/api/votes/live"
	if s.o.Transport == Batch {
		path = "/api/votes/batch"
	}
	var p *wire.Poster
	dial := func() (err error) {
		p, err = wire.NewPoster(ctx, s.o.Addr, path, s.client.Token(), answerTimeout)
		return err
	}
	if !s.redial(ctx, dial) {
		return
	}
	defer func() { _ = p.Close() }()
	var body []byte
	var votes []oracle.Vote
	for j, ok := src.next(); ok && ctx.Err() == nil; j, ok = src.next() {
		votes = src.sent(j, votes[:0])
		body = s.body(body[:0], votes)
		status, answer, err := p.Post(body, "")
		if err != nil {
			s.failed("post: "+kindOf(err), 1)
			_ = p.Close()
			if !s.redial(ctx, dial) {
				return
			}
			continue
		}
		s.answered(index, votes, status, answer)
	}
}

func (s *stage) body(dst []byte, votes []oracle.Vote) []byte {
	if s.o.Transport == Batch {
		return oracle.AppendBatch(dst, s.ids, votes)
	}
	return oracle.AppendVote(dst, s.ids[votes[0].Session], votes[0])
}

// answered settles the votes of one request.
func (s *stage) answered(shard int, votes []oracle.Vote, status int, answer []byte) {
	now := s.ledger.Now()
	if s.o.Transport != Batch || status != 200 {
		for _, v := range votes {
			s.settle(shard, v.Number, now, status, answer)
		}
		return
	}
	var b protocol.BatchResult
	if err := json.Unmarshal(answer, &b); err != nil || len(b.Results) != len(votes) {
		s.findings.Add("votes.batch: %d results for %d votes, %v", len(b.Results), len(votes), err)
		return
	}
	for i, r := range b.Results {
		refusal := answer
		if r.Status != 200 {
			refusal, _ = json.Marshal(protocol.Error{Code: r.Code, Message: r.Error})
		}
		s.settle(shard, votes[i].Number, now, r.Status, refusal)
	}
}
