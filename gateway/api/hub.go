package api

import (
	"context"
	"iter"

	"partyline/actors"
	"partyline/gateway/auth"
	"partyline/protocol"
)

// Commands changes things. Every error is a *protocol.Error, and every answer stands for
// facts that are on disk.
type Commands interface {
	// Do waits for the answer: a resource of protocol, or json.RawMessage when the
	// answer to an idempotent call is given again.
	Do(ctx context.Context, c actors.Call) (any, error)
	// Go does the same without waiting. Done is called exactly once.
	Go(c actors.Call, done func(answer any, err *protocol.Error))
	// Answered says that a key has an answer already; nil has none.
	Answered(ctx context.Context, k *actors.Key) bool
	// Once runs f unless the key has an answer already.
	Once(ctx context.Context, k *actors.Key, f func() (any, error)) (any, error)
}

// Catalogue answers questions about games.
type Catalogue interface {
	Games(ctx context.Context, f protocol.GameFilter) ([]protocol.Game, error)
	Game(ctx context.Context, id protocol.GameID) (protocol.Game, error)
	GamePage(ctx context.Context, f protocol.GamePart) (protocol.Page[protocol.Game], error)
	// Tickers are those that games have, in upper case.
	Tickers(ctx context.Context) (map[string]protocol.GameID, error)
	Packs(ctx context.Context) ([]protocol.Pack, error)
	PackMeta(ctx context.Context) ([]protocol.PackMeta, error)
	Pick(ctx context.Context, p protocol.Pick) (protocol.Picked, error)
	Stats(ctx context.Context) (protocol.Stats, error)
}

// Sessions answers questions about game nights and their votes.
type Sessions interface {
	Sessions(ctx context.Context, q protocol.PageQuery) (protocol.Page[protocol.Session], error)
	Session(ctx context.Context, id protocol.SessionID) (protocol.Session, error)
	// ActiveSession is the newest active one, nil when there is none.
	ActiveSession(ctx context.Context) (*protocol.Session, error)
	SessionGames(ctx context.Context, q protocol.SessionPart) (protocol.Page[protocol.SessionGame], error)
	// Poll is the newest one, nil before the first.
	Poll(ctx context.Context, id protocol.SessionID) (*protocol.Poll, error)
	SessionVotes(ctx context.Context, id protocol.SessionID) (protocol.SessionVotes, error)
	Votes(ctx context.Context, f protocol.VoteFilter) (protocol.VotePage, error)
	// SessionExport is a session for a file, without its votes.
	SessionExport(ctx context.Context, id protocol.SessionID) (*protocol.SessionExport, error)
	// ExportVotes reads them one by one, up to the export's seq.
	ExportVotes(ctx context.Context, e *protocol.SessionExport) iter.Seq2[protocol.ExportedVote, error]
}

// JoinCodes answers questions about joining by phone.
type JoinCodes interface {
	// Opens is the session that a code opens now, 0 for none. It does not wait.
	Opens(code string) protocol.SessionID
	// Enter asks the session what a device is told that comes with its code.
	Enter(ctx context.Context, id protocol.SessionID, code string, device protocol.DeviceID) (protocol.GuestState, error)
	Join(ctx context.Context, id protocol.SessionID) (protocol.Join, error)
	// Addresses lists where the devices came in from that have voted.
	Addresses(ctx context.Context, id protocol.SessionID) (protocol.GuestAddresses, error)
}

// Webhooks answers questions about webhooks and their deliveries.
type Webhooks interface {
	Webhooks(ctx context.Context, q protocol.PageQuery) (protocol.Page[protocol.Webhook], error)
	Webhook(ctx context.Context, id protocol.WebhookID) (protocol.Webhook, error)
	// WebhookLogs are the attempts, the newest first.
	WebhookLogs(ctx context.Context, f protocol.WebhookLogFilter) (protocol.Page[protocol.WebhookLog], error)
	Deliveries(ctx context.Context, f protocol.DeliveryFilter) (protocol.Page[protocol.Delivery], error)
	WebhookHealth(ctx context.Context, id protocol.WebhookID) (protocol.WebhookHealth, error)
}

// Access answers questions about tokens that can end before their time.
type Access interface {
	Tokens(ctx context.Context, q protocol.PageQuery) (protocol.Page[protocol.Token], error)
	auth.Revocations
}

// Hub is all that the handlers ask of the hub; *actors.Hub satisfies it.
type Hub interface {
	// Timeline is the one in which whatever holds was issued; it does not change.
	Timeline() protocol.Timeline
	Commands
	Catalogue
	Sessions
	JoinCodes
	Access
	Webhooks
}
