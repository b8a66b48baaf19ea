package api

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"partyline/loadtest/oracle"
	"partyline/protocol"
)

// As is the client of another token, with connections of its own.
func (c *Client) As(token string) *Client { return newClient(c.Addr, token) }

// StartPoll asks which of the games comes next, for so many seconds.
func (c *Client) StartPoll(ctx context.Context, id protocol.SessionID, games []protocol.GameID, seconds int, autoAdd bool) (p protocol.Poll, err error) {
	body := map[string]any{"game_ids": games, "seconds": seconds, "auto_add": autoAdd}
	return p, c.call(ctx, "POST", pollPath(id, ""), body, &p)
}

// Poll reads the newest poll, nil before the first.
func (c *Client) Poll(ctx context.Context, id protocol.SessionID) (*protocol.Poll, error) {
	var p protocol.Poll
	if err := c.call(ctx, "GET", pollPath(id, ""), nil, &p); err != nil || p.ID == 0 {
		return nil, err
	}
	return &p, nil
}

// EndPoll ends the open poll before its time.
func (c *Client) EndPoll(ctx context.Context, id protocol.SessionID) (p protocol.Poll, err error) {
	return p, c.call(ctx, "POST", pollPath(id, "/end"), struct{}{}, &p)
}

// CancelPoll ends the open poll without a winner.
func (c *Client) CancelPoll(ctx context.Context, id protocol.SessionID) (p protocol.Poll, err error) {
	return p, c.call(ctx, "DELETE", pollPath(id, ""), nil, &p)
}

// AddWinner begins the game that has won.
func (c *Client) AddWinner(ctx context.Context, id protocol.SessionID) (g protocol.SessionGame, err error) {
	return g, c.call(ctx, "POST", pollPath(id, "/add"), struct{}{}, &g)
}

// VotePoll votes in a poll. An error that is no Refusal leaves the outcome unknown.
func (c *Client) VotePoll(ctx context.Context, id protocol.SessionID, v oracle.PollVote, key string) (p protocol.Poll, err error) {
	return p, c.callWith(ctx, "POST", pollPath(id, "/votes"), key, pollBody(0, v), &p)
}

// PollRequest is the request frame of a vote in a poll, id names it.
func PollRequest(id int, session protocol.SessionID, v oracle.PollVote, key string) ([]byte, error) {
	data, err := json.Marshal(pollBody(session, v))
	if err != nil {
		return nil, err
	}
	return json.Marshal(protocol.ClientMessage{Type: protocol.MessageRequest, ID: strconv.Itoa(id), Op: "sessions.poll.vote", Key: key, Data: data})
}

// pollBody is a vote in a poll; by REST the session stands in the path.
func pollBody(id protocol.SessionID, v oracle.PollVote) map[string]any {
	body := map[string]any{"username": v.Voter, "choice": v.Choice, "poll_id": v.Poll}
	if id != 0 {
		body["id"] = id
	}
	return body
}

func pollPath(id protocol.SessionID, rest string) string {
	return fmt.Sprintf("/api/sessions/%d/poll%s", id, rest)
}
