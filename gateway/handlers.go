package gateway

import (
	"context"
	"encoding/json"
	"net/http"

	"partyline/actors"
	"partyline/gateway/decode"
	"partyline/protocol"
)

// handlers is the whole API on one screen, with ballots below: who serves which operation.
func (g *Gateway) handlers() map[string]handler {
	return map[string]handler{
		"health.get": g.health,

		"auth.login":    g.login,
		"auth.verify":   g.verify,
		"tokens.create": g.issueToken,
		"tokens.list":   list(g.hub.Tokens),
		"tokens.revoke": command[protocol.RevokeToken](g.hub, http.StatusOK),

		"qr.make": search(drawQR),

		"games.list":         search(g.hub.Games),
		"games.packs":        list(g.hub.Packs),
		"games.packs.meta":   list(g.hub.PackMeta),
		"games.get":          get(g.hub.Game),
		"games.create":       command[protocol.CreateGame](g.hub, http.StatusCreated),
		"games.update":       command[protocol.UpdateGame](g.hub, http.StatusOK),
		"games.delete":       command[protocol.DeleteGame](g.hub, http.StatusOK),
		"games.toggle":       command[protocol.ToggleGame](g.hub, http.StatusOK),
		"games.favor":        command[protocol.FavorGame](g.hub, http.StatusOK),
		"games.packs.toggle": command[protocol.TogglePack](g.hub, http.StatusOK),
		"games.packs.favor":  command[protocol.FavorPack](g.hub, http.StatusOK),
		"games.export":       g.exportGames,
		"games.import":       command[protocol.ImportGames](g.hub, http.StatusOK),
		"games.pick":         g.pick(),

		"sessions.list":                     list(g.hub.Sessions),
		"sessions.active":                   g.activeSession,
		"sessions.get":                      get(g.hub.Session),
		"sessions.games":                    get(g.hub.SessionGames),
		"sessions.votes":                    g.sessionVotes(),
		"sessions.chat_import":              g.importChat(),
		"sessions.export":                   g.exportSession(),
		"sessions.create":                   command[protocol.CreateSession](g.hub, http.StatusCreated),
		"sessions.close":                    command[protocol.CloseSession](g.hub, http.StatusOK),
		"sessions.delete":                   command[protocol.DeleteSession](g.hub, http.StatusOK),
		"sessions.games.add":                command[protocol.AddGame](g.hub, http.StatusCreated),
		"sessions.games.status":             command[protocol.SetGameStatus](g.hub, http.StatusOK),
		"sessions.games.remove":             command[protocol.RemoveGame](g.hub, http.StatusOK),
		"sessions.games.room_code":          command[protocol.SetRoomCode](g.hub, http.StatusOK),
		"sessions.games.player_count":       command[protocol.SetPlayerCount](g.hub, http.StatusOK),
		"sessions.games.start_player_check": command[protocol.StartPlayerCheck](g.hub, http.StatusOK),
		"sessions.games.stop_player_check":  command[protocol.StopPlayerCheck](g.hub, http.StatusOK),

		"sessions.poll.start":  command[protocol.StartPoll](g.hub, http.StatusCreated),
		"sessions.poll.get":    g.poll(),
		"sessions.poll.cancel": command[protocol.CancelPoll](g.hub, http.StatusOK),
		"sessions.poll.end":    command[protocol.EndPoll](g.hub, http.StatusOK),
		"sessions.poll.add":    command[protocol.AddPollWinner](g.hub, http.StatusCreated),
		"sessions.join.open":   g.openJoin(),
		"sessions.join.get":    g.getJoin(),
		"sessions.join.close":  g.closeJoin(),
		"join.enter":           g.joinSession,

		"sessions.join.addresses": get(g.hub.Addresses),
		"sessions.join.void":      command[protocol.VoidVotes](g.hub, http.StatusOK),

		"votes.batch": g.castVotes,
		"votes.list":  g.inHistoryQueue(search(g.hub.Votes)),

		"stats.get": list(g.hub.Stats),

		"webhooks.list":        list(g.hub.Webhooks),
		"webhooks.get":         get(g.hub.Webhook),
		"webhooks.create":      g.createWebhook(),
		"webhooks.update":      g.updateWebhook(),
		"webhooks.delete":      command[protocol.DeleteWebhook](g.hub, http.StatusOK),
		"webhooks.test":        command[protocol.TestWebhook](g.hub, http.StatusOK),
		"webhooks.logs":        search(g.hub.WebhookLogs),
		"webhooks.deliveries":  search(g.hub.Deliveries),
		"webhooks.redeliver":   command[protocol.Redeliver](g.hub, http.StatusOK),
		"webhooks.replay":      command[protocol.ReplayWebhook](g.hub, http.StatusOK),
		"webhooks.replay.stop": command[protocol.StopReplay](g.hub, http.StatusOK),
		"webhooks.rotate":      command[protocol.RotateSecret](g.hub, http.StatusOK),
		"webhooks.health":      get(g.hub.WebhookHealth),
	}
}

// ballots are the operations that are one vote each, by who reads them. There are
// thousands a second, and one session decides each alone, so by WebSocket they need no
// goroutine.
func (g *Gateway) voteReaders() map[string]voteReader {
	return map[string]voteReader{
		"join.vote":          g.readGuestVote,
		"sessions.poll.vote": g.readChoice,
		"votes.live":         readVote,
	}
}

// command serves a write that is nothing but its command.
func command[C protocol.Command](hub Commands, status int) handler {
	s := decode.ParamsOf[C]()
	return func(ctx context.Context, in *request) (response, error) {
		var c C
		if err := in.decode(&c, s); err != nil {
			return response{}, err
		}
		return do(ctx, hub, in, c, status)
	}
}

// do checks a command and has the hub do it.
func do(ctx context.Context, hub Commands, in *request, c protocol.Command, status int) (response, error) {
	if err := c.Check(); err != nil {
		return response{}, err
	}
	key, err := in.callKey(c)
	if err != nil {
		return response{}, err
	}
	answer, failed := hub.Do(ctx, actors.Call{Command: c, Key: key})
	if failed != nil {
		return response{}, failed
	}
	return replyOf(status, answer), nil
}

// replyOf tells a stored answer from a fresh one.
func replyOf(status int, answer any) response {
	_, stored := answer.(json.RawMessage)
	return response{status: status, body: answer, replayed: stored}
}

// show serves a read without parameters.
func list[A any](ask func(context.Context) (A, error)) handler {
	return func(ctx context.Context, _ *request) (response, error) {
		answer, err := ask(ctx)
		return response{status: http.StatusOK, body: answer}, err
	}
}

// byID is the parameter of reads of one thing.
type byID[ID ~int64] struct {
	ID ID `json:"id"`
}

// get serves a read of one thing by its id.
func get[ID ~int64, A any](ask func(context.Context, ID) (A, error)) handler {
	s := decode.ParamsOf[byID[ID]]()
	return func(ctx context.Context, in *request) (response, error) {
		var q byID[ID]
		if err := in.decode(&q, s); err != nil {
			return response{}, err
		}
		answer, err := ask(ctx, q.ID)
		return response{status: http.StatusOK, body: answer}, err
	}
}

// checked is a query that looks at its own words and ranges.
type checkedQuery interface{ Check() *protocol.Error }

// search serves a read with filters.
func search[Q, A any](ask func(context.Context, Q) (A, error)) handler {
	s := decode.ParamsOf[Q]()
	return func(ctx context.Context, in *request) (response, error) {
		var q Q
		if err := in.decode(&q, s); err != nil {
			return response{}, err
		}
		if c, ok := any(&q).(checkedQuery); ok {
			if err := c.Check(); err != nil {
				return response{}, err
			}
		}
		answer, err := ask(ctx, q)
		return response{status: http.StatusOK, body: answer}, err
	}
}
