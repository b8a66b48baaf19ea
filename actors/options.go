package actors

import (
	"time"

	"github.com/rs/zerolog"
	"go.opentelemetry.io/otel/metric"

	"partyline/actors/delivery"
	"partyline/actors/rules/session"
	"partyline/actors/sessions"
	"partyline/persistence"
	"partyline/protocol"
)

// Options of a Hub. Only Journal is needed.
type Options struct {
	Journal persistence.Journal
	Log     zerolog.Logger
	// Meter registers the hub's metrics; with nil there are none.
	Meter metric.Meter
	// MaxActiveSessions is how many sessions may be active at once; 0 for no limit.
	MaxActiveSessions int
	// MaxInFlight is how many commands and queries may wait for an answer; further ones are
	// refused with 503. Default 16,384.
	MaxInFlight int
	// IdleTimeout is how long a session without requests stays awake. Default 5 minutes.
	IdleTimeout time.Duration
	// Draw gives the picker's random numbers, in [0,1). Default: from the operating system.
	Draw func() float64
	// DrawCode draws a join code, of protocol.JoinAlphabet. Default: from the operating
	// system's randomness, so that nobody can guess the next one.
	DrawCode func() string
	// Now is the machine's clock. Default time.Now.
	Now func() time.Time
	// OnRevoked is called with each token that was revoked, after the commit. It must not
	// block.
	OnRevoked func(protocol.TokenID)
	// OnInvited is called when a session begins a new join generation, after the commit and
	// before anybody is told the new code: guests of other generations are not admitted any
	// more. It must not block.
	OnJoinChanged func(protocol.SessionID, protocol.JoinGeneration)
	// Sender sends webhooks; with nil they are kept and nothing is sent.
	Sender Sender
	// Observer looks into the rooms of games, to count their players; with nil players are not
	// counted.
	Observer sessions.Observer
	// KeepVotes is how long the single votes of a closed session are kept before they are
	// folded into its totals, at least session.MinKeepVotes; 0 for ever.
	KeepVotes time.Duration
	// KeepExports is a folder for an export of each session before its votes are folded, "" for
	// none.
	KeepExports string
	// FoldPace is the least time between two sessions whose votes are folded, negative for none. Default
	// 5 s.
	FoldPace time.Duration
	// Jitter gives random numbers in [0,1) that spread the waits between deliveries and
	// between observations. Default: random.
	Jitter func() float64
}

// MinKeepVotes is the least KeepVotes but 0.
const MinKeepVotes = session.MinKeepVotes

// Sender makes one attempt to deliver a webhook.
type Sender = delivery.Sender

// defaultIdleTimeout: waking a session costs some milliseconds, a session that is asleep costs
// nothing.
const defaultIdleTimeout = 5 * time.Minute
