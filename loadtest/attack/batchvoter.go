package attack

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"partyline/loadtest/wire"
	"partyline/protocol"
)

const (
	// batchNames is how many voters the attackers pretend to be.
	batchNames = 100_000
	// answerWithin is when an attacker gives up on an answer.
	answerWithin = 15 * time.Second
)

// batchVoter casts votes in the attackers' session by votes.batch. It serves one goroutine.
type batchVoter struct {
	t     *attackers
	post  *wire.Poster
	voter int
	body  []byte
}

func newBatchVoter(ctx context.Context, t *attackers) (*batchVoter, error) {
	p, err := wire.NewPoster(ctx, t.Addr, "/api/votes/batch", t.Admin, answerWithin)
	return &batchVoter{t: t, post: p}, err
}

func (b *batchVoter) close() { _ = b.post.Close() }

// cast sends n votes, each of the next name, and counts what becomes of them.
func (b *batchVoter) cast(n int) error {
	b.body = append(b.body[:0], `{"votes":[`...)
	now := protocol.TimestampOf(time.Now())
	for i := range n {
		if i > 0 {
			b.body = append(b.body, ',')
		}
		b.body = appendVote(b.body, b.t.Session, b.voter, now)
		b.voter = (b.voter + 1) % batchNames
	}
	status, answer, err := b.post.Post(append(b.body, `]}`...), "")
	if err != nil {
		return err
	}
	b.t.tell(strconv.Itoa(status), 1)
	if status != http.StatusOK {
		return fmt.Errorf("votes.batch: %d %s", status, answer)
	}
	return nil
}

// appendVote appends the body of a vote.
func appendVote(dst []byte, session protocol.SessionID, voter int, at protocol.Timestamp) []byte {
	dst = strconv.AppendInt(append(dst, `{"sessionId":`...), int64(session), 10)
	dst = strconv.AppendInt(append(dst, `,"username":"attacker `...), int64(voter), 10)
	return append(at.AppendJSON(append(dst, `","vote":"up","timestamp":`...)), '}')
}

// manyNames casts votes of a hundred thousand distinct names, as fast as one client can.
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
