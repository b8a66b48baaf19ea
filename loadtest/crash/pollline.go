package crash

import (
	"context"
	"encoding/json"
	"errors"

	"partyline/loadtest/api"
	"partyline/loadtest/wire"
	"partyline/protocol"
)

// pollLine sends votes, all with their keys, and calls settle for each answer: the poll,
// or the error. An error of its own leaves the rest unknown.
type pollLine interface {
	cast(ctx context.Context, votes []choice, settle func(c choice, p *protocol.Poll, refused *protocol.Error)) error
	close()
}

// restPolls votes with a client for each session.
type restPolls map[*contest]*api.Client

func (v *elector) dialREST(context.Context) (pollLine, error) {
	l := restPolls{}
	for _, c := range v.contests {
		l[c] = v.client.As(c.token)
	}
	return l, nil
}

func (l restPolls) cast(ctx context.Context, votes []choice, settle func(choice, *protocol.Poll, *protocol.Error)) error {
	for _, c := range votes {
		p, err := l[c.contest].VotePoll(ctx, c.session, c.vote, c.key())
		var refusal *api.Refusal
		switch {
		case err == nil:
			settle(c, &p, nil)
		case errors.As(err, &refusal):
			settle(c, nil, refusal.Said())
		default:
			return err
		}
	}
	return nil
}

func (l restPolls) close() {
	for _, client := range l {
		client.Close()
	}
}

// wsPolls sends all requests in one write and then reads the answers, in any order.
type wsPolls struct{ conn *wire.Conn }

func (v *elector) dialWS(ctx context.Context) (pollLine, error) {
	conn, err := api.Connect(ctx, v.o.Addr, v.client.Token)
	if err != nil {
		return nil, err
	}
	return wsPolls{conn}, nil
}

func (l wsPolls) cast(_ context.Context, votes []choice, settle func(choice, *protocol.Poll, *protocol.Error)) error {
	waiting := map[int]choice{}
	for id, c := range votes {
		m, err := api.PollRequest(id, c.session, c.vote, c.key())
		if err != nil {
			return err
		}
		waiting[id] = c
		l.conn.Queue(m)
	}
	return await(l.conn, waiting, func(c choice, r api.Response) error { return answered(r, c, settle) })
}

func answered(r api.Response, c choice, settle func(choice, *protocol.Poll, *protocol.Error)) error {
	if r.Status != 200 {
		refusal := &api.Refusal{Status: r.Status, Answer: r.Data}
		settle(c, nil, refusal.Said())
		return nil
	}
	var p protocol.Poll
	if err := json.Unmarshal(r.Data, &p); err != nil {
		return err
	}
	settle(c, &p, nil)
	return nil
}

func (l wsPolls) close() { _ = l.conn.Close() }
