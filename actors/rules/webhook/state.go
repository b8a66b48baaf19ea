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

	cursor       protocol.DeliveryID // live events up to here are delivered, set aside or not wanted
	head         *Head               // the delivery that failed and is tried again before any other
	tests        []protocol.Seq      // seqs of the Tested facts to be delivered outside the order
	redeliveries []protocol.DeliveryID
	dead         []protocol.DeliveryID // ascending, the newest maxDead
	replay       *Replay

	failures int                // of the endpoint in a row: the index into endpointBackoff
	misses   int                // attempts since failingSince that failed
	failing  protocol.Timestamp // since when, 0 when healthy
	reason   string             // why it is disabled

	lastSuccess protocol.Timestamp
	lastError   string
	counts      counts
}

type phase byte

const (
	phaseNew phase = iota
	phaseAlive
	phaseDeleted
)

// config holds the fields that an admin sets.
type config struct {
	name    string
	url     string
	secrets []secret // the newest first
	filter  Filter
	rate    int // attempts a minute, 0 for no limit
	enabled bool
	// configVersion counts the changes of url, secret and enabled: the failure of an attempt
	// made under an earlier one says nothing about the endpoint as it is now.
	configVersion int
}

// secret is a signing secret that is used until the given moment, for ever when it is 0.
type secret struct {
	Value string             `json:"value"`
	Until protocol.Timestamp `json:"until,omitempty"`
}

// Head is the delivery that the others wait for: its first attempt failed.
type Head struct {
	Delivery protocol.DeliveryID `json:"delivery"`
	Source   Source              `json:"lane"`
	Event    protocol.EventType  `json:"event"`
	Session  protocol.SessionID  `json:"session,omitempty"`
	// Attempts is how many were made so far; Tries of them count against the message's budget.
	Attempts int `json:"attempts"`
	Tries    int `json:"tries,omitempty"`
	// Due is when the next attempt is, 0 for now.
	Due protocol.Timestamp `json:"due,omitempty"`
	// Probe says that the next attempt is a ping.
	Probe bool `json:"probe,omitempty"`
}

// Replay is a range of the global order that is delivered again: the events after After,
// up to Until.
type Replay struct {
	Number protocol.Seq        `json:"number"` // seq of the fact that began the replay
	After  protocol.DeliveryID `json:"after"`
	Until  protocol.DeliveryID `json:"until"`
}

type counts struct {
	Attempts  int64 `json:"made"` // attempts
	Delivered int64 `json:"delivered"`
	Dead      int64 `json:"dead"`
}

const (
	// maxDead bounds the dead deliveries that are remembered: as many as log rows are kept.
	maxDead = 10_000
	// maxRedeliveries bounds the redeliveries that wait: room for all dead ones twice.
	maxRedeliveries = 2 * maxDead
	// maxTests bounds the tests that wait outside the order: each is one request by an admin.
	maxTests = 100
)

// New is a webhook that does not exist yet.
func New(id protocol.WebhookID) *State { return &State{id: id} }

// wanted reports whether the filter still matches the delivery. Only live deliveries are
// filtered; a test among them (session 0) always matches.
func (s *State) wanted(d *Head) bool {
	return d.Source != SourceLive || s.filter.Matches(d.Event, d.Session) || d.Session == 0
}

// resetFailures clears the record of failed attempts.
func (s *State) resetFailures() {
	s.failures, s.misses, s.failing = 0, 0, 0
}

// addDead adds a delivery to the dead ones and drops the oldest beyond maxDead.
func (s *State) addDead(id protocol.DeliveryID) {
	i, found := slices.BinarySearch(s.dead, id)
	if found {
		return
	}
	s.dead = slices.Insert(s.dead, i, id)
	if len(s.dead) > maxDead {
		s.dead = slices.Delete(s.dead, 0, 1)
	}
}

func (s *State) removeDead(id protocol.DeliveryID) {
	if i, found := slices.BinarySearch(s.dead, id); found {
		s.dead = slices.Delete(s.dead, i, i+1)
	}
}
