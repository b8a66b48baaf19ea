package protocol

// Operation is one operation of the API, which REST and WebSocket requests share.
type Operation struct {
	// Op is the name in WebSocket requests: group.verb.
	Op string
	// Method and Path are those of REST; {names} in the path are parameters.
	Method, Path string
	// Access is what the caller's token must allow.
	Access Access
	// Write marks an operation that changes something: it is answered when the change is durable.
	Write bool
	// Reference marks one of the 42 endpoints of the reference API.
	Reference bool
	// MaxBody is the body limit in bytes; 0 means the constant MaxBody.
	MaxBody int64
	// RawParam is the parameter whose value may be the whole body, sent with Content-Type
	// RawType; all other parameters are then in the query string. Empty: the body is JSON.
	RawParam, RawType string
	// Stream marks a body that is decoded while it arrives and never held whole.
	Stream bool
}

// Operations returns all operations, grouped as the documentation is.
func Operations() []Operation {
	return append([]Operation(nil), operations...)
}

var operations = []Operation{
	{Op: "health.get", Method: "GET", Path: "/health", Access: AccessAnyone, Reference: true},

	{Op: "auth.login", Method: "POST", Path: "/api/auth/login", Access: AccessAnyone, Reference: true, MaxBody: MaxSmallBody},
	{Op: "auth.verify", Method: "POST", Path: "/api/auth/verify", Access: AccessAdmin, Reference: true},
	{Op: "tokens.create", Method: "POST", Path: "/api/auth/tokens", Access: AccessAdmin, Write: true},
	{Op: "tokens.list", Method: "GET", Path: "/api/auth/tokens", Access: AccessAdmin},
	{Op: "tokens.revoke", Method: "DELETE", Path: "/api/auth/tokens/{id}", Access: AccessAdmin, Write: true},

	{Op: "qr.make", Method: "POST", Path: "/api/qr", Access: AccessAdmin, MaxBody: MaxSmallBody},

	{Op: "games.list", Method: "GET", Path: "/api/games", Access: AccessAnyone, Reference: true},
	{Op: "games.packs", Method: "GET", Path: "/api/games/packs", Access: AccessAnyone, Reference: true},
	{Op: "games.packs.meta", Method: "GET", Path: "/api/games/meta/packs", Access: AccessAnyone, Reference: true},
	{Op: "games.get", Method: "GET", Path: "/api/games/{id}", Access: AccessAnyone, Reference: true},
	{Op: "games.create", Method: "POST", Path: "/api/games", Access: AccessAdmin, Write: true, Reference: true},
	{Op: "games.update", Method: "PUT", Path: "/api/games/{id}", Access: AccessAdmin, Write: true, Reference: true},
	{Op: "games.delete", Method: "DELETE", Path: "/api/games/{id}", Access: AccessAdmin, Write: true, Reference: true},
	{Op: "games.toggle", Method: "PATCH", Path: "/api/games/{id}/toggle", Access: AccessAdmin, Write: true, Reference: true},
	{Op: "games.favor", Method: "PATCH", Path: "/api/games/{id}/favor", Access: AccessAdmin, Write: true, Reference: true},
	{Op: "games.packs.toggle", Method: "PATCH", Path: "/api/games/packs/{name}/toggle", Access: AccessAdmin, Write: true, Reference: true},
	{Op: "games.packs.favor", Method: "PATCH", Path: "/api/games/packs/{name}/favor", Access: AccessAdmin, Write: true, Reference: true},
	{Op: "games.export", Method: "GET", Path: "/api/games/export/csv", Access: AccessAdmin, Reference: true},
	{Op: "games.import", Method: "POST", Path: "/api/games/import/csv", Access: AccessAdmin, Write: true, Reference: true, MaxBody: MaxImport, RawParam: "csvData", RawType: "text/csv"},

	{Op: "sessions.list", Method: "GET", Path: "/api/sessions", Access: AccessAnyone, Reference: true},
	{Op: "sessions.active", Method: "GET", Path: "/api/sessions/active", Access: AccessAnyone, Reference: true},
	{Op: "sessions.get", Method: "GET", Path: "/api/sessions/{id}", Access: AccessAnyone, Reference: true},
	{Op: "sessions.games", Method: "GET", Path: "/api/sessions/{id}/games", Access: AccessAnyone, Reference: true},
	{Op: "sessions.votes", Method: "GET", Path: "/api/sessions/{id}/votes", Access: AccessAnyone},
	{Op: "sessions.create", Method: "POST", Path: "/api/sessions", Access: AccessAdmin, Write: true, Reference: true},
	{Op: "sessions.close", Method: "POST", Path: "/api/sessions/{id}/close", Access: AccessAdmin, Write: true, Reference: true},
	{Op: "sessions.delete", Method: "DELETE", Path: "/api/sessions/{id}", Access: AccessAdmin, Write: true, Reference: true},
	{Op: "sessions.games.add", Method: "POST", Path: "/api/sessions/{id}/games", Access: AccessAdmin, Write: true, Reference: true},
	{Op: "sessions.games.status", Method: "PATCH", Path: "/api/sessions/{id}/games/{gameId}/status", Access: AccessAdmin, Write: true, Reference: true},
	{Op: "sessions.games.remove", Method: "DELETE", Path: "/api/sessions/{id}/games/{gameId}", Access: AccessAdmin, Write: true, Reference: true},
	{Op: "sessions.games.room_code", Method: "PATCH", Path: "/api/sessions/{id}/games/{gameId}/room-code", Access: AccessAdmin, Write: true, Reference: true},
	{Op: "sessions.games.player_count", Method: "PATCH", Path: "/api/sessions/{id}/games/{gameId}/player-count", Access: AccessAdmin, Write: true, Reference: true},
	{Op: "sessions.games.start_player_check", Method: "POST", Path: "/api/sessions/{id}/games/{gameId}/start-player-check", Access: AccessAdmin, Write: true, Reference: true},
	{Op: "sessions.games.stop_player_check", Method: "POST", Path: "/api/sessions/{id}/games/{gameId}/stop-player-check", Access: AccessAdmin, Write: true, Reference: true},
	{Op: "sessions.export", Method: "GET", Path: "/api/sessions/{id}/export", Access: AccessAdmin, Reference: true},

	{Op: "sessions.chat_import", Method: "POST", Path: "/api/sessions/{id}/chat-import", Access: AccessAdmin, Write: true, Reference: true, MaxBody: MaxImport, Stream: true},

	{Op: "sessions.poll.start", Method: "POST", Path: "/api/sessions/{id}/poll", Access: AccessAdmin, Write: true},
	{Op: "sessions.poll.get", Method: "GET", Path: "/api/sessions/{id}/poll", Access: AccessAnyone},
	{Op: "sessions.poll.cancel", Method: "DELETE", Path: "/api/sessions/{id}/poll", Access: AccessAdmin, Write: true},
	{Op: "sessions.poll.end", Method: "POST", Path: "/api/sessions/{id}/poll/end", Access: AccessAdmin, Write: true},
	{Op: "sessions.poll.vote", Method: "POST", Path: "/api/sessions/{id}/poll/votes", Access: AccessParticipate, Write: true, MaxBody: MaxSmallBody},
	{Op: "sessions.poll.add", Method: "POST", Path: "/api/sessions/{id}/poll/add", Access: AccessAdmin, Write: true},
	{Op: "sessions.join.open", Method: "PUT", Path: "/api/sessions/{id}/join", Access: AccessAdmin, Write: true},
	{Op: "sessions.join.get", Method: "GET", Path: "/api/sessions/{id}/join", Access: AccessWatch},
	{Op: "sessions.join.close", Method: "DELETE", Path: "/api/sessions/{id}/join", Access: AccessAdmin, Write: true},
	{Op: "sessions.join.addresses", Method: "GET", Path: "/api/sessions/{id}/join/addresses", Access: AccessAdmin},
	{Op: "sessions.join.void", Method: "POST", Path: "/api/sessions/{id}/join/addresses/{address}/void", Access: AccessAdmin, Write: true},
	{Op: "join.enter", Method: "POST", Path: "/api/join", Access: AccessAnyone, MaxBody: MaxSmallBody},
	{Op: "join.vote", Method: "POST", Path: "/api/join/vote", Access: AccessGuest, Write: true, MaxBody: MaxSmallBody},

	{Op: "games.pick", Method: "POST", Path: "/api/pick", Access: AccessAnyone, Reference: true, MaxBody: MaxSmallBody},

	{Op: "stats.get", Method: "GET", Path: "/api/stats", Access: AccessAnyone, Reference: true},

	{Op: "votes.live", Method: "POST", Path: "/api/votes/live", Access: AccessVote, Write: true, Reference: true},
	{Op: "votes.batch", Method: "POST", Path: "/api/votes/batch", Access: AccessVote, Write: true},
	{Op: "votes.list", Method: "GET", Path: "/api/votes", Access: AccessAnyone},

	{Op: "webhooks.list", Method: "GET", Path: "/api/webhooks", Access: AccessAdmin, Reference: true},
	{Op: "webhooks.get", Method: "GET", Path: "/api/webhooks/{id}", Access: AccessAdmin, Reference: true},
	{Op: "webhooks.create", Method: "POST", Path: "/api/webhooks", Access: AccessAdmin, Write: true, Reference: true},
	{Op: "webhooks.update", Method: "PATCH", Path: "/api/webhooks/{id}", Access: AccessAdmin, Write: true, Reference: true},
	{Op: "webhooks.delete", Method: "DELETE", Path: "/api/webhooks/{id}", Access: AccessAdmin, Write: true, Reference: true},
	{Op: "webhooks.test", Method: "POST", Path: "/api/webhooks/test/{id}", Access: AccessAdmin, Write: true, Reference: true},
	{Op: "webhooks.logs", Method: "GET", Path: "/api/webhooks/{id}/logs", Access: AccessAdmin, Reference: true},
	{Op: "webhooks.deliveries", Method: "GET", Path: "/api/webhooks/{id}/deliveries", Access: AccessAdmin},
	{Op: "webhooks.redeliver", Method: "POST", Path: "/api/webhooks/{id}/deliveries/{deliveryId}/redeliver", Access: AccessAdmin, Write: true},
	{Op: "webhooks.replay", Method: "POST", Path: "/api/webhooks/{id}/replay", Access: AccessAdmin, Write: true},
	{Op: "webhooks.replay.stop", Method: "DELETE", Path: "/api/webhooks/{id}/replay", Access: AccessAdmin, Write: true},
	{Op: "webhooks.rotate", Method: "POST", Path: "/api/webhooks/{id}/rotate", Access: AccessAdmin, Write: true},
	{Op: "webhooks.health", Method: "GET", Path: "/api/webhooks/{id}/health", Access: AccessAdmin},
}

// Command is a request to change something. REST requests and WebSocket requests are
// decoded into the same commands: path, query and body parameters by their JSON names.
// A query has a Check, too, but is no Command.
type Command interface {
	// Check validates the command by itself (presence, lengths, ranges); nil means valid.
	// What depends on stored state is decided by the state machine that executes it.
	// Error texts are those of the reference API where it has one.
	Check() *Error
}

// SessionCommand is a command that a session executes.
type SessionCommand interface {
	Command
	// Target is the session's id.
	Target() SessionID
}

// WebhookCommand is a command that a webhook executes.
type WebhookCommand interface {
	Command
	// Target is the webhook's id.
	Target() WebhookID
}

// Message is an answer that is only a sentence, such as that of games.delete.
type Message struct {
	Message string `json:"message"`
}
