package protocol

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// EventType names an event: noun.verb.
type EventType string

// The events of a session. Each has its own seq in the session's log.
const (
	EventSessionStarted EventType = "session.started"
	EventSessionJoin    EventType = "session.join"
	EventVotesVoided    EventType = "votes.voided"
	EventVotesFolded    EventType = "votes.folded"
	EventSessionEnded   EventType = "session.ended"
	EventSessionDeleted EventType = "session.deleted"
	EventGameAdded      EventType = "game.added"
	EventGameStatus     EventType = "game.status"
	EventGameRemoved    EventType = "game.removed"
	EventRoomCode       EventType = "game.room-code"
	EventPlayerCount    EventType = "player-count.updated"
	EventVoteReceived   EventType = "vote.received"
	EventPollStarted    EventType = "poll.started"
	EventPollTally      EventType = "poll.tally"
	EventPollEnded      EventType = "poll.ended"
	EventChatImported   EventType = "chat.imported"
)

// EventTypes lists the event types in the order in which they usually occur in a session.
func EventTypes() []EventType {
	return []EventType{EventSessionStarted, EventSessionJoin, EventGameAdded, EventRoomCode, EventPlayerCount, EventVoteReceived,
		EventPollStarted, EventPollTally, EventPollEnded, EventChatImported, EventGameStatus, EventGameRemoved, EventVotesVoided, EventSessionEnded, EventVotesFolded, EventSessionDeleted}
}

// Event is what happened, as sent to every screen and every webhook. Its bytes never change,
// because they are stored beside the fact that they were made from.
type Event struct {
	Type      EventType `json:"type"`
	Timestamp Timestamp `json:"timestamp"`
	SessionID SessionID `json:"sessionId"`
	// Seq is the event's number in its session's log, gapless from 1.
	Seq  Seq `json:"seq"`
	Data any `json:"data"`
}

// EventSession is the session within the data of game.added and session.ended.
type EventSession struct {
	ID          SessionID `json:"id"`
	IsActive    bool      `json:"is_active"`
	GamesPlayed int       `json:"games_played"`
}

// EventGame is the game within the data of vote.received, chat.imported and votes.voided.
type EventGame struct {
	ID       GameID `json:"id"`
	Title    string `json:"title"`
	PackName string `json:"pack_name"`
}

// EventList is the events field of a webhook. It decodes any JSON, so that Check reports a
// value that is no list, and reports missing fields before it.
type EventList struct {
	// Types are the elements as they were sent, known or not.
	Types []EventType
	// Set is false when the field is absent or null, IsArray when it is anything but an array.
	Set, IsArray bool
}

// UnmarshalJSON implements json.Unmarshaler.
func (l *EventList) UnmarshalJSON(b []byte) error {
	*l = EventList{}
	if string(b) == "null" {
		return nil
	}
	l.Set = true
	var elements []json.RawMessage
	if b[0] != '[' || json.Unmarshal(b, &elements) != nil {
		return nil
	}
	l.IsArray, l.Types = true, make([]EventType, len(elements))
	for i, raw := range elements {
		if json.Unmarshal(raw, &l.Types[i]) != nil || string(raw) == "null" {
			l.Types[i] = EventType(raw)
		}
	}
	return nil
}

// MarshalJSON implements json.Marshaler: the list, or null.
func (l EventList) MarshalJSON() ([]byte, error) { return json.Marshal(l.Types) }

// check accepts a list of known event types.
func (l EventList) check() *Error {
	switch {
	case !l.Set:
		return nil
	case !l.IsArray:
		return Invalid("events must be an array")
	case len(l.Types) > MaxWebhookEvents:
		return Invalid("events must be a list of at most %d event types", MaxWebhookEvents)
	}
	for _, t := range l.Types {
		if t != EventAny && !slices.Contains(EventTypes(), t) {
			return Invalid("Unknown event type: %s. Known: %s", shorten(string(t)), knownEvents())
		}
	}
	return nil
}

// NewEventList returns a list of the given types.
func NewEventList(types ...EventType) EventList {
	return EventList{Types: types, Set: true, IsArray: true}
}

// knownEvents lists all event types for an error message.
func knownEvents() string {
	var names []string
	for _, t := range EventTypes() {
		names = append(names, string(t))
	}
	return strings.Join(append(names, string(EventAny)), ", ")
}

// shorten cuts a text to 60 characters, so that an error message does not repeat a whole body.
func shorten(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return fmt.Sprintf("%s…", string(r[:most]))
	}
	return s
}
