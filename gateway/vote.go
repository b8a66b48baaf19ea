package gateway

import (
	"context"
	"net/http"

	"partyline/actors"
	"partyline/protocol"
)

// ballot reads one vote from a request and looks at all that can be looked at without
// the hub: whose it is, for which session, whether it comes too fast. It must not block.
type ballot func(in *input) (protocol.Command, *protocol.Error)

// cast serves a vote that waits for its answer.
func (g *Gateway) cast(read ballot) handler {
	return func(ctx context.Context, in *input) (reply, error) {
		c, err := read(in)
		if err != nil {
			return reply{}, err
		}
		return do(ctx, g.hub, in, c, http.StatusOK)
	}
}

// send is cast without the waiting: done is called exactly once, perhaps at once, else
// after the commit from an actor's goroutine. It must not block. Nothing ends the wait
// but the answer: the hub gives one when the disk does.
func (g *Gateway) send(read ballot, in *input, done func(reply, *protocol.Error)) {
	c, err := read(in)
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

func readVote(in *input) (protocol.Command, *protocol.Error) {
	c := new(protocol.CastVote)
	if !plainVote(in.raw, c) {
		*c = protocol.CastVote{}
		if err := in.read(c, nil); err != nil {
			return nil, err
		}
	}
	c.Username = protocol.VoterName(c.Username)
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
		c.Votes[i].Username = protocol.VoterName(c.Votes[i].Username)
		if s := c.Votes[i].SessionID; s != 0 && !in.who.Sees(s) {
			return reply{}, errOtherSession(in.who)
		}
	}
	return do(ctx, g.hub, in, c, http.StatusOK)
}
