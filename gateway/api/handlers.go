package api

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"net/http"

	"partyline/actors"
	"partyline/gateway/auth"
	"partyline/gateway/decode"
	"partyline/gateway/limit"
	"partyline/protocol"
)

// Options of Handlers. All but CheckURL are needed.
type Options struct {
	Hub  Hub
	Auth *auth.Authenticator
	// AdminKey is what auth.login asks for.
	AdminKey string
	Guests   *limit.Guests
	// Requests are the budgets that searches for a name are charged to.
	Requests *limit.Requests
	// CheckURL says what is wrong with a webhook's URL; nil finds nothing.
	CheckURL func(ctx context.Context, url string) error
}

// Handlers serve the operations, whichever way they are requested. Each operation has one
// handler.
type Handlers struct {
	hub         Hub
	tokens      *tokens
	guests      *guests
	guestLimits *limit.Guests
	requests    *limit.Requests
	checkURL    func(ctx context.Context, url string) error
}

// New makes the handlers of all operations.
func New(o Options) *Handlers {
	return &Handlers{
		hub:         o.Hub,
		tokens:      &tokens{hub: o.Hub, auth: o.Auth, adminKey: sha256.Sum256([]byte(o.AdminKey)), failures: limit.NewFailures(&limit.WrongAdminKeys)},
		guests:      &guests{hub: o.Hub, auth: o.Auth, limits: o.Guests},
		guestLimits: o.Guests, requests: o.Requests, checkURL: o.CheckURL,
	}
}

// table is the whole API on one screen, with voteReaders below: which handler serves
// which operation.
func (h *Handlers) table() map[string]handler {
	return map[string]handler{
		"health.get": h.health,

		"auth.login":    h.tokens.login,
		"auth.verify":   h.tokens.verify,
		"tokens.create": h.tokens.issueToken,
		"tokens.list":   paged(h.hub.Tokens),
		"tokens.revoke": command[protocol.RevokeToken](h.hub, http.StatusOK),

		"qr.make": search(drawQR),

		"games.list":         paged(h.hub.GamePage),
		"games.packs":        ranked(h.hub.Packs),
		"games.packs.meta":   ranked(h.hub.PackMeta),
		"games.get":          get(h.hub.Game),
		"games.create":       command[protocol.CreateGame](h.hub, http.StatusCreated),
		"games.update":       command[protocol.UpdateGame](h.hub, http.StatusOK),
		"games.delete":       command[protocol.DeleteGame](h.hub, http.StatusOK),
		"games.toggle":       command[protocol.ToggleGame](h.hub, http.StatusOK),
		"games.favor":        command[protocol.FavorGame](h.hub, http.StatusOK),
		"games.packs.toggle": command[protocol.TogglePack](h.hub, http.StatusOK),
		"games.packs.favor":  command[protocol.FavorPack](h.hub, http.StatusOK),
		"games.export":       h.exportGames,
		"games.import":       command[protocol.ImportGames](h.hub, http.StatusOK),
		"games.pick":         h.pick(),

		"sessions.list":                     paged(h.hub.Sessions),
		"sessions.active":                   h.activeSession,
		"sessions.get":                      get(h.hub.Session),
		"sessions.games":                    paged(h.hub.SessionGames),
		"sessions.votes":                    h.sessionVotes(),
		"sessions.chat_import":              h.importChat(),
		"sessions.export":                   h.exportSession(),
		"sessions.create":                   command[protocol.CreateSession](h.hub, http.StatusCreated),
		"sessions.close":                    command[protocol.CloseSession](h.hub, http.StatusOK),
		"sessions.delete":                   command[protocol.DeleteSession](h.hub, http.StatusOK),
		"sessions.games.add":                command[protocol.AddGame](h.hub, http.StatusCreated),
		"sessions.games.status":             command[protocol.SetGameStatus](h.hub, http.StatusOK),
		"sessions.games.remove":             command[protocol.RemoveGame](h.hub, http.StatusOK),
		"sessions.games.room_code":          command[protocol.SetRoomCode](h.hub, http.StatusOK),
		"sessions.games.player_count":       command[protocol.SetPlayerCount](h.hub, http.StatusOK),
		"sessions.games.start_player_check": command[protocol.StartPlayerCheck](h.hub, http.StatusOK),
		"sessions.games.stop_player_check":  command[protocol.StopPlayerCheck](h.hub, http.StatusOK),

		"sessions.poll.start":  command[protocol.StartPoll](h.hub, http.StatusCreated),
		"sessions.poll.get":    h.poll(),
		"sessions.poll.cancel": command[protocol.CancelPoll](h.hub, http.StatusOK),
		"sessions.poll.end":    command[protocol.EndPoll](h.hub, http.StatusOK),
		"sessions.poll.add":    command[protocol.AddPollWinner](h.hub, http.StatusCreated),
		"sessions.join.open":   h.guests.openJoin(),
		"sessions.join.get":    h.guests.getJoin(),
		"sessions.join.close":  h.guests.closeJoin(),
		"join.enter":           h.guests.joinSession,

		"sessions.join.addresses": get(h.hub.Addresses),
		"sessions.join.void":      command[protocol.VoidVotes](h.hub, http.StatusOK),

		"votes.batch": h.castVotes,
		"votes.list":  search(h.hub.Votes, h.chargeName),

		"stats.get": read(h.hub.Stats),

		"webhooks.list":        paged(h.hub.Webhooks),
		"webhooks.get":         get(h.hub.Webhook),
		"webhooks.create":      h.createWebhook(),
		"webhooks.update":      h.updateWebhook(),
		"webhooks.delete":      command[protocol.DeleteWebhook](h.hub, http.StatusOK),
		"webhooks.test":        command[protocol.TestWebhook](h.hub, http.StatusOK),
		"webhooks.logs":        paged(h.hub.WebhookLogs),
		"webhooks.deliveries":  paged(h.hub.Deliveries),
		"webhooks.redeliver":   command[protocol.Redeliver](h.hub, http.StatusOK),
		"webhooks.replay":      command[protocol.ReplayWebhook](h.hub, http.StatusOK),
		"webhooks.replay.stop": command[protocol.StopReplay](h.hub, http.StatusOK),
		"webhooks.rotate":      command[protocol.RotateSecret](h.hub, http.StatusOK),
		"webhooks.health":      get(h.hub.WebhookHealth),
	}
}

// voteReaders are the operations that cast one vote. There are thousands of them a second
// and each is decided by one session alone, so by WebSocket they need no goroutine.
func (h *Handlers) voteReaders() map[string]voteReader {
	return map[string]voteReader{
		"join.vote":          h.readGuestVote,
		"sessions.poll.vote": h.readChoice,
		"votes.live":         readVote,
	}
}

// command serves a write that is nothing but its command.
func command[C protocol.Command](hub Commands, status int) handler {
	s := decode.ParamsOf[C]()
	return func(ctx context.Context, in *Request) (Response, error) {
		var c C
		if err := in.decode(&c, s); err != nil {
			return Response{}, err
		}
		return do(ctx, hub, in, c, status)
	}
}

// do checks a command before it makes its idempotency key, and sends it to the hub.
func do(ctx context.Context, hub Commands, in *Request, c protocol.Command, status int) (Response, error) {
	if err := c.Check(); err != nil {
		return Response{}, err
	}
	key, err := in.callKey(c)
	if err != nil {
		return Response{}, err
	}
	return send(ctx, hub, c, key, status)
}

// send sends a command to the hub, which checks it, and waits for the answer.
func send(ctx context.Context, hub Commands, c protocol.Command, key *actors.Key, status int) (Response, error) {
	answer, failed := hub.Do(ctx, actors.Call{Command: c, Key: key})
	if failed != nil {
		return Response{}, failed
	}
	return replyOf(status, answer), nil
}

// replyOf is the response of an answer of the hub, fresh or stored.
func replyOf(status int, answer any) Response {
	_, stored := answer.(json.RawMessage)
	return Response{Status: status, Body: answer, Replayed: stored}
}

// read serves a read without parameters.
func read[A any](ask func(context.Context) (A, error)) handler {
	return func(ctx context.Context, _ *Request) (Response, error) {
		answer, err := ask(ctx)
		return Response{Status: http.StatusOK, Body: answer}, err
	}
}

// byID is the parameter of reads of one thing.
type byID[ID ~int64] struct {
	ID ID `json:"id"`
}

// get serves a read of one thing by its id.
func get[ID ~int64, A any](ask func(context.Context, ID) (A, error)) handler {
	s := decode.ParamsOf[byID[ID]]()
	return func(ctx context.Context, in *Request) (Response, error) {
		var q byID[ID]
		if err := in.decode(&q, s); err != nil {
			return Response{}, err
		}
		answer, err := ask(ctx, q.ID)
		return Response{Status: http.StatusOK, Body: answer}, err
	}
}

// checkedQuery is a query that checks its own values.
type checkedQuery interface{ Check() *protocol.Error }

// search serves a read with filters; before may refuse a query that is checked.
func search[Q, A any](ask func(context.Context, Q) (A, error), before ...func(*Request, *Q) *protocol.Error) handler {
	s := decode.ParamsOf[Q]()
	return func(ctx context.Context, in *Request) (Response, error) {
		var q Q
		if err := in.decode(&q, s); err != nil {
			return Response{}, err
		}
		if c, ok := any(&q).(checkedQuery); ok {
			if err := c.Check(); err != nil {
				return Response{}, err
			}
		}
		for _, refuse := range before {
			if err := refuse(in, &q); err != nil {
				return Response{}, err
			}
		}
		answer, err := ask(ctx, q)
		return Response{Status: http.StatusOK, Body: answer}, err
	}
}
