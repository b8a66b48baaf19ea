package webhook

import (
	"encoding/json"
	"fmt"
	"slices"

	"partyline/actors/codec"
	"partyline/protocol"
)

// SnapshotVersion is the format that AppendSnapshot writes and Restore reads. What a
// snapshot holds is trimmed from the stream: who raises it must go on reading the
// format before.
const SnapshotVersion uint32 = 1

// snapshot is the stored form of a State, as JSON. It holds the secrets.
type snapshot struct {
	Phase       phase                 `json:"phase"`
	Name        string                `json:"name,omitempty"`
	URL         string                `json:"url,omitempty"`
	Secrets     []secret              `json:"secrets,omitempty"`
	Events      []protocol.EventType  `json:"events,omitempty"`
	Sessions    []protocol.SessionID  `json:"sessions,omitempty"`
	Rate        int                   `json:"rate,omitempty"`
	Enabled     bool                  `json:"enabled,omitempty"`
	Edition     int                   `json:"edition,omitempty"`
	Created     protocol.Timestamp    `json:"created"`
	Cursor      protocol.DeliveryID   `json:"cursor,omitempty"`
	Head        *Head                 `json:"head,omitempty"`
	Tests       []protocol.Seq        `json:"tests,omitempty"`
	Queue       []protocol.DeliveryID `json:"queue,omitempty"`
	Dead        []protocol.DeliveryID `json:"dead,omitempty"`
	Replay      *Replay               `json:"replay,omitempty"`
	Failures    int                   `json:"failures,omitempty"`
	Misses      int                   `json:"misses,omitempty"`
	Failing     protocol.Timestamp    `json:"failing"`
	Reason      string                `json:"reason,omitempty"`
	LastSuccess protocol.Timestamp    `json:"lastSuccess"`
	LastError   string                `json:"lastError,omitempty"`
	Counts      counts                `json:"counts"`
	Epoch       string                `json:"epoch,omitempty"`
}

// AppendSnapshot appends the whole state to dst.
func (s *State) AppendSnapshot(dst []byte) []byte {
	b, err := json.Marshal(snapshot{
		Phase: s.phase, Name: s.name, URL: s.url, Secrets: s.secrets, Events: s.filter.Events, Sessions: s.filter.Sessions,
		Rate: s.rate, Enabled: s.enabled, Edition: s.configVersion, Created: s.created, Cursor: s.cursor, Head: s.head, Tests: s.tests,
		Queue: s.redeliveries, Dead: s.dead, Replay: s.replay, Failures: s.failures, Misses: s.misses, Failing: s.failing,
		Reason: s.reason, LastSuccess: s.lastSuccess, LastError: s.lastError, Counts: s.counts, Epoch: s.epoch,
	})
	if err != nil {
		panic("webhook: a snapshot that has no JSON: " + err.Error()) // it holds only texts, numbers and booleans
	}
	return append(dst, b...)
}

// Restore replaces the state by a snapshot's. It never panics; after an error the state
// is unchanged.
func (h *State) Restore(data []byte) error {
	var s snapshot
	if err := codec.ReadJSON(data, &s); err != nil {
		return fmt.Errorf("webhook: snapshot: %w", err)
	}
	if err := s.check(); err != nil {
		return fmt.Errorf("webhook: snapshot: %w", err)
	}
	*h = State{
		id: h.id, restored: h.restored, epoch: s.Epoch, phase: s.Phase, created: s.Created, cursor: s.Cursor, head: s.Head, tests: s.Tests, redeliveries: s.Queue, dead: s.Dead,
		config: config{
			name: s.Name, url: s.URL, secrets: s.Secrets, filter: Filter{Events: s.Events, Sessions: s.Sessions},
			rate: s.Rate, enabled: s.Enabled, configVersion: s.Edition,
		},
		replay: s.Replay, failures: s.Failures, misses: s.Misses, failing: s.Failing, reason: s.Reason,
		lastSuccess: s.LastSuccess, lastError: s.LastError, counts: s.Counts,
	}
	return nil
}

func (s *snapshot) check() error {
	switch {
	case s.Phase > phaseDeleted:
		return fmt.Errorf("phase %d", s.Phase)
	case s.Phase == phaseAlive && (s.URL == "" || len(s.Secrets) == 0):
		return fmt.Errorf("no url or no secret")
	case len(s.Dead) > maxDead || len(s.Queue) > maxRedeliveries || len(s.Tests) > maxTests || len(s.Secrets) > maxSecrets:
		return fmt.Errorf("a list is longer than its limit")
	case !slices.IsSorted(s.Dead):
		return fmt.Errorf("the dead deliveries are not in order")
	case s.Cursor < 0 || s.Rate < 0 || s.Failures < 0 || s.Misses < 0 || s.Counts.Attempts < 0:
		return fmt.Errorf("a number is negative")
	case s.Head != nil && (!s.Head.Source.known() || s.Head.Delivery < 1):
		return fmt.Errorf("the head is no delivery")
	case s.Replay != nil && s.Replay.After >= s.Replay.Until:
		return fmt.Errorf("an empty replay")
	}
	return nil
}
