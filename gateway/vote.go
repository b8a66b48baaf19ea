package gateway

import (
	"context"
	"net/http"

	"partyline/actors"
	"partyline/protocol"
)

// castVote is votes.live by REST; socket frames go the same way without a goroutine.
func (g *Gateway) castVote(ctx context.Context, in *input) (reply, error) {
	c, err := readVote(in)
	if err != nil {
		return reply{}, err
	}
	return do(ctx, g.hub, in, c, http.StatusOK)
}

// sendVote is votes.live for a socket: done is called exactly once, perhaps at once,
// else after the commit from an actor's goroutine. It must not block.
func (g *Gateway) sendVote(in *input, done func(reply, *protocol.Error)) {
	c, err := readVote(in)
	if err == nil {
		err = c.Check()
	}
	var key *actors.Key
	if err == nil {
		key, err = in.idempotency(c)
	}
	if err != nil {
		done(reply{}, err)
		return
	}
	g.hub.Go(actors.Call{Command: c, Key: key}, func(answer any, err *protocol.Error) {
		done(replyOf(http.StatusOK, answer), err)
	})
}

func readVote(in *input) (*protocol.CastVote, *protocol.Error) {
	c := new(protocol.CastVote)
	if !plainVote(in.raw, c) {
		*c = protocol.CastVote{}
		if err := in.read(c, nil); err != nil {
			return nil, err
		}
	}
	return c, confine(in.who, &c.SessionID)
}

// castVotes is votes.batch. A token for one session refuses the batch whole when one
// vote is for another: that is a mistake in the client, not in a vote.
func (g *Gateway) castVotes(ctx context.Context, in *input) (reply, error) {
	c := new(protocol.CastVotes)
	if err := in.read(c, nil); err != nil {
		return reply{}, err
	}
	if err := confine(in.who, &c.SessionID); err != nil {
		return reply{}, err
	}
	for i := range c.Votes {
		if s := c.Votes[i].SessionID; s != 0 && !in.who.Sees(s) {
			return reply{}, errOtherSession(in.who)
		}
	}
	return do(ctx, g.hub, in, c, http.StatusOK)
}
