package webhook

import (
	"slices"

	"partyline/protocol"
)

// State is the state of one webhook. New makes one that does not exist yet.
type State struct {
	id    protocol.WebhookID
	phase phase
	config
	created protocol.Timestamp
	// restored is the present timeline when it began with a restore after which webhooks
	// of the backup are not called, else ""; it is not stored. epoch is the one in which
	// the webhook was created or disabled after such a restore, "" for none.
	restored, epoch string

	cursor protocol.DeliveryID // everything of the main lane up to here is done with
	head   *Head               // the delivery that failed and is to be tried again
	tests  []protocol.Seq      // of Tested facts to be delivered aside
	queue  []protocol.DeliveryID
	dead   []protocol.DeliveryID // ascending, the newest maxDead
	replay *Replay

	failures int                // of the endpoint in a row: the place in the schedule
	misses   int                // attempts since failingSince that failed
	failing  protocol.Timestamp // since when, 0 when healthy
	reason   string             // why it is disabled

	lastSuccess protocol.Timestamp
	lastError   string
	counts      counts
}

type phase byte

const (
	phaseUnborn phase = iota
	phaseAlive
	phaseDeleted
)

// config is what an admin has said.
type config struct {
	name    string
	url     string
	secrets []secret // the newest first
	filter  Filter
	rate    int // attempts a minute, 0 for no limit
	enabled bool
	// edition counts the changes of url, secret and enabled: an attempt made under an
	// earlier one says nothing about the endpoint as it is now.
	edition int
}

// secret signs until the given moment, for ever when it is 0.
type secret struct {
	Value string             `json:"value"`
	Until protocol.Timestamp `json:"until,omitempty"`
}

// Head is the delivery at the head of the line, after its first attempt.
type Head struct {
	Delivery protocol.DeliveryID `json:"delivery"`
	Source   Source              `json:"lane"`
	Event    protocol.EventType  `json:"event"`
	Session  protocol.SessionID  `json:"session,omitempty"`
	// Attempts made so far; Tries of them count against the message's budget.
	Attempts int `json:"attempts"`
	Tries    int `json:"tries,omitempty"`
	// Due is when the next one is, 0 for now.
	Due protocol.Timestamp `json:"due,omitempty"`
	// Probe says that the next attempt is a ping.
	Probe bool `json:"probe,omitempty"`
}

// Replay is a range of the global order that is delivered again: what lies after
// After, up to Until.
type Replay struct {
	Number protocol.Seq        `json:"number"` // of the fact that began it
	After  protocol.DeliveryID `json:"after"`
	Until  protocol.DeliveryID `json:"until"`
}

type counts struct {
	Made      int64 `json:"made"` // attempts
	Delivered int64 `json:"delivered"`
	Dead      int64 `json:"dead"`
}

const (
	// maxDead is how many dead deliveries are remembered: as many as logs are kept.
	maxDead = 10_000
	// maxQueue is how many redeliveries may wait: room for all dead ones.
	maxQueue = 2 * maxDead
	// maxTests may wait aside: each is one request by an admin.
	maxTests = 100
)

// New is a webhook that does not exist yet.
func New(id protocol.WebhookID) *State { return &State{id: id} }

// wants says whether the delivery at the head would still be made.
func (h *State) wants(d *Head) bool {
	return d.Source != SourceLive || h.filter.Wants(d.Event, d.Session) || d.Session == 0
}

// well forgets that anything failed.
func (h *State) well() {
	h.failures, h.misses, h.failing = 0, 0, 0
}

// bury remembers a dead delivery, letting the oldest go.
func (h *State) bury(id protocol.DeliveryID) {
	i, found := slices.BinarySearch(h.dead, id)
	if found {
		return
	}
	h.dead = slices.Insert(h.dead, i, id)
	if len(h.dead) > maxDead {
		h.dead = slices.Delete(h.dead, 0, 1)
	}
}

func (h *State) unbury(id protocol.DeliveryID) {
	if i, found := slices.BinarySearch(h.dead, id); found {
		h.dead = slices.Delete(h.dead, i, i+1)
	}
}
