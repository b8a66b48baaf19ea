package api

import (
	"context"
	"net/http"
	"time"

	"partyline/actors"
	"partyline/gateway/auth"
	"partyline/gateway/limit"
	"partyline/protocol"
)

// voteReader reads one vote from a request and checks all that can be checked without the
// hub: whose it is, for which session, whether it comes too fast. It must not block.
type voteReader func(in *Request) (protocol.Command, *protocol.Error)

// serveVote serves a vote and waits for its answer. The hub checks the vote.
func (h *Handlers) serveVote(read voteReader) handler {
	return func(ctx context.Context, in *Request) (Response, error) {
		c, err := read(in)
		if err != nil {
			return Response{}, err
		}
		key, err := in.callKey(c)
		if err != nil {
			return Response{}, err
		}
		return send(ctx, h.hub, c, key, http.StatusOK)
	}
}

// ServeVoteAsync serves a vote without waiting: done is called exactly once with the hub's
// answer or an error, perhaps at once, else after the commit from an actor's goroutine; VoteResponse
// makes a response of it. Done must not block. Nothing ends the wait but the answer: the hub
// answers when the disk does.
func (h *Handlers) ServeVoteAsync(in *Request, done func(answer any, err *protocol.Error)) {
	c, err := in.Endpoint.ReadVote(in)
	var key *actors.Key
	if err == nil {
		key, err = in.callKey(c)
	}
	if err != nil {
		done(nil, err)
		return
	}
	h.hub.Go(actors.Call{Command: c, Key: key}, done)
}

// VoteResponse is the response of the hub's answer to a vote, fresh or stored.
func VoteResponse(answer any) Response { return replyOf(http.StatusOK, answer) }

func readVote(in *Request) (protocol.Command, *protocol.Error) {
	c := new(protocol.CastVote)
	if !fastVote(in.Raw, c) {
		*c = protocol.CastVote{}
		if err := in.decode(c, nil); err != nil {
			return nil, err
		}
	}
	c.Username = protocol.NormalizeVoterName(c.Username)
	return c, auth.ConfineToSession(in.Principal, &c.SessionID)
}

// castVotes is votes.batch. A token for one session refuses the batch whole when one
// vote is for another: that is a mistake in the client, not in a vote.
func (h *Handlers) castVotes(ctx context.Context, in *Request) (Response, error) {
	c := new(protocol.CastVotes)
	if err := in.decode(c, nil); err != nil {
		return Response{}, err
	}
	if err := auth.ConfineToSession(in.Principal, &c.SessionID); err != nil {
		return Response{}, err
	}
	for i := range c.Votes {
		c.Votes[i].Username = protocol.NormalizeVoterName(c.Votes[i].Username)
		if s := c.Votes[i].SessionID; s != 0 && !in.Principal.Covers(s) {
			return Response{}, auth.ErrOtherSession(in.Principal)
		}
	}
	return do(ctx, h.hub, in, c, http.StatusOK)
}

// chargeName charges a search for a name in the vote history beforehand: it reads some hundred
// keys where other pages read a few.
func (h *Handlers) chargeName(in *Request, f *protocol.VoteFilter) *protocol.Error {
	if f.Username == "" {
		return nil
	}
	wait := h.requests.Spend(in.Principal, in.Client, limit.NameTokens, time.Now())
	return limit.TooMany(wait, "Too many searches for names, slow down")
}

// readGuestVote is join.vote: the token says whose vote it is.
func (h *Handlers) readGuestVote(in *Request) (protocol.Command, *protocol.Error) {
	if err := h.guestLimits.AllowVote(in.Client, in.Principal.Device, time.Now()); err != nil {
		return nil, err
	}
	c := new(protocol.CastGuestVote)
	if err := in.decode(c, nil); err != nil {
		return nil, err
	}
	who := &in.Principal
	c.SessionID, c.Generation, c.Device, c.Address, c.VoidCount, c.Username = who.Session, who.Generation, who.Device, who.Address, who.VoidCount, who.Name
	return c, nil
}
