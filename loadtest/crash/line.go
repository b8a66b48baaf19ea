package crash

import (
	"context"
	"errors"
	"fmt"
	"time"

	"partyline/loadtest/api"
	"partyline/loadtest/oracle"
	"partyline/loadtest/wire"
	"partyline/protocol"
)

// key is the Idempotency-Key of a vote: the same whenever it is sent.
func key(v oracle.Vote) string { return "crash-" + v.Number.Username() }

// restLine posts one vote after the other.
type restLine struct {
	ids  []protocol.SessionID
	post *wire.Poster
	body []byte
}

func (e *evening) dialREST(ctx context.Context) (line, error) {
	p, err := wire.NewPoster(ctx, e.o.Addr, "/api/votes/live", e.client.Token, answerTimeout)
	if err != nil {
		return nil, err
	}
	return &restLine{ids: e.ids, post: p}, nil
}

func (l *restLine) cast(votes []oracle.Vote, settle func(oracle.Vote, int, []byte)) error {
	for _, v := range votes {
		l.body = api.AppendVote(l.body[:0], l.ids[v.Session], v)
		status, answer, err := l.post.Post(l.body, key(v))
		if err != nil {
			return err
		}
		settle(v, status, answer)
	}
	return nil
}

func (l *restLine) close() { _ = l.post.Close() }

// wsLine sends all requests in one write and then reads the answers, in any order.
type wsLine struct {
	ids  []protocol.SessionID
	conn *wire.Conn
}

func (e *evening) dialWS(ctx context.Context) (line, error) {
	conn, err := api.Connect(ctx, e.o.Addr, e.client.Token)
	if err != nil {
		return nil, err
	}
	return &wsLine{ids: e.ids, conn: conn}, nil
}

func (l *wsLine) cast(votes []oracle.Vote, settle func(oracle.Vote, int, []byte)) error {
	waiting := map[int]oracle.Vote{}
	for _, v := range votes {
		waiting[int(v.Number)] = v
		l.conn.Queue(api.AppendRequest(nil, l.ids[v.Session], v, key(v)))
	}
	return await(l.conn, waiting, func(v oracle.Vote, r api.Response) error {
		settle(v, r.Status, r.Data)
		return nil
	})
}

// await sends what is queued and settles the responses, in whatever order they come.
func await[T any](conn *wire.Conn, waiting map[int]T, settle func(T, api.Response) error) error {
	if err := errors.Join(conn.Flush(), conn.SetReadDeadline(time.Now().Add(answerTimeout))); err != nil {
		return err
	}
	for len(waiting) > 0 {
		message, err := conn.Next()
		if err != nil {
			return err
		}
		r, ok := api.ReadResponse(message)
		asked, sent := waiting[r.ID]
		if !ok || !sent {
			return fmt.Errorf("instead of a response came %s", message)
		}
		delete(waiting, r.ID)
		if err := settle(asked, r); err != nil {
			return err
		}
	}
	return nil
}

func (l *wsLine) close() { _ = l.conn.Close() }
