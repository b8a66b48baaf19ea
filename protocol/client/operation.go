package client

import (
	"context"
	"fmt"

	"partyline/protocol"
)

// The methods below are shorthands for the operations that hosts and bots call most. All
// other operations need a Call with the path of docs/api.

// CreateGame adds a game for 1 to 8 players to the catalogue.
func (c *Client) CreateGame(ctx context.Context, pack, title string) (g protocol.Game, err error) {
	body := map[string]any{"pack_name": pack, "title": title, "min_players": 1, "max_players": 8}
	return g, c.Call(ctx, "POST", "/api/games", body, &g)
}

// IssueToken issues a token of that role, valid for a day and for one session, or for all
// when session is 0.
func (c *Client) IssueToken(ctx context.Context, role protocol.Role, name string, session protocol.SessionID) (t protocol.IssuedToken, err error) {
	body := map[string]any{"role": role, "name": name}
	if session != 0 {
		body["sessionId"] = session
	}
	return t, c.Call(ctx, "POST", "/api/auth/tokens", body, &t)
}

// CreateSession opens a session.
func (c *Client) CreateSession(ctx context.Context, notes string) (s protocol.Session, err error) {
	return s, c.Call(ctx, "POST", "/api/sessions", protocol.CreateSession{Notes: &notes}, &s)
}

// CloseSession closes the session.
func (c *Client) CloseSession(ctx context.Context, id protocol.SessionID) error {
	return c.Call(ctx, "POST", sessionPath(id, "/close"), struct{}{}, nil)
}

// AddGame adds the game to the session as the current one.
func (c *Client) AddGame(ctx context.Context, id protocol.SessionID, game protocol.GameID) (p protocol.SessionGame, err error) {
	return p, c.Call(ctx, "POST", sessionPath(id, "/games"), map[string]any{"game_id": game}, &p)
}

// OpenJoin opens the session for phones to join with a code.
func (c *Client) OpenJoin(ctx context.Context, id protocol.SessionID, policy protocol.JoinPolicy) (j protocol.Join, err error) {
	return j, c.Call(ctx, "PUT", sessionPath(id, "/join"), map[string]any{"policy": policy}, &j)
}

// CastVotes casts a batch of at most MaxBatchVotes. It returns an error when any vote is not
// recorded.
func (c *Client) CastVotes(ctx context.Context, votes []protocol.CastVote) error {
	var said protocol.BatchResult
	if err := c.Call(ctx, "POST", "/api/votes/batch", protocol.CastVotes{Votes: votes}, &said); err != nil {
		return err
	}
	for i, r := range said.Results {
		if r.Error != "" {
			return fmt.Errorf("vote %d of %d: %s", i+1, len(votes), r.Error)
		}
	}
	if said.Accepted != len(votes) {
		return fmt.Errorf("%d of %d votes were recorded", said.Accepted, len(votes))
	}
	return nil
}

// SessionVotes reads the totals of a session.
func (c *Client) SessionVotes(ctx context.Context, id protocol.SessionID) (v protocol.SessionVotes, err error) {
	return v, c.Call(ctx, "GET", sessionPath(id, "/votes"), nil, &v)
}

// Votes reads a page, from 1, of MaxPageSize of a session's votes, the newest first.
func (c *Client) Votes(ctx context.Context, id protocol.SessionID, page int) (p protocol.VotePage, err error) {
	return p, c.Call(ctx, "GET", fmt.Sprintf("/api/votes?session_id=%d&limit=%d&page=%d", id, protocol.MaxPageSize, page), nil, &p)
}

// StartPoll starts a poll with the games as candidates, open for that many seconds.
func (c *Client) StartPoll(ctx context.Context, id protocol.SessionID, games []protocol.GameID, seconds int, autoAdd bool) (p protocol.Poll, err error) {
	body := map[string]any{"game_ids": games, "seconds": seconds, "auto_add": autoAdd}
	return p, c.Call(ctx, "POST", sessionPath(id, "/poll"), body, &p)
}

// Poll reads the newest poll; its ID is 0 before the first.
func (c *Client) Poll(ctx context.Context, id protocol.SessionID) (p protocol.Poll, err error) {
	return p, c.Call(ctx, "GET", sessionPath(id, "/poll"), nil, &p)
}

// EndPoll ends the open poll early.
func (c *Client) EndPoll(ctx context.Context, id protocol.SessionID) (p protocol.Poll, err error) {
	return p, c.Call(ctx, "POST", sessionPath(id, "/poll/end"), struct{}{}, &p)
}

// CreateWebhook registers an endpoint.
func (c *Client) CreateWebhook(ctx context.Context, w protocol.CreateWebhook) (saved protocol.WebhookSaved, err error) {
	return saved, c.Call(ctx, "POST", "/api/webhooks", w, &saved)
}

// WebhookHealth reads the state of a webhook and of its queue.
func (c *Client) WebhookHealth(ctx context.Context, id protocol.WebhookID) (h protocol.WebhookHealth, err error) {
	return h, c.Call(ctx, "GET", webhookPath(id, "/health"), nil, &h)
}

// Deliveries reads the newest deliveries of a webhook with that status, at most MaxPageSize.
func (c *Client) Deliveries(ctx context.Context, id protocol.WebhookID, status protocol.DeliveryStatus) (list []protocol.Delivery, err error) {
	return list, c.Call(ctx, "GET", webhookPath(id, fmt.Sprintf("/deliveries?status=%s&limit=%d", status, protocol.MaxPageSize)), nil, &list)
}

// Redeliver sends a delivery again; one that waits for its next attempt is attempted at once.
func (c *Client) Redeliver(ctx context.Context, id protocol.WebhookID, delivery protocol.DeliveryID) error {
	return c.Call(ctx, "POST", webhookPath(id, fmt.Sprintf("/deliveries/%d/redeliver", delivery)), struct{}{}, nil)
}

func sessionPath(id protocol.SessionID, rest string) string {
	return fmt.Sprintf("/api/sessions/%d%s", id, rest)
}

func webhookPath(id protocol.WebhookID, rest string) string {
	return fmt.Sprintf("/api/webhooks/%d%s", id, rest)
}
