package routing

import (
	"slices"

	"partyline/protocol"
)

// subscriptions are those that are open, by webhook and by event type, so that an event
// costs nothing for webhooks that do not want its type. The router owns them.
type subscriptions struct {
	byID   map[protocol.WebhookID]*subscription
	byType map[protocol.EventType][]*subscription
	ended  []*subscription // scratch of push
	memory *queueMemory
	count  func() int // of all webhooks
}

func newSubscriptions(count func() int) subscriptions {
	return subscriptions{byID: map[protocol.WebhookID]*subscription{}, byType: map[protocol.EventType][]*subscription{}, memory: new(queueMemory), count: count}
}

func (t *subscriptions) none() bool { return len(t.byID) == 0 }

// add adds a subscription in place of an earlier one of the same webhook.
func (t *subscriptions) add(s *subscription) {
	if before := t.byID[s.id]; before != nil {
		t.remove(before)
	}
	t.byID[s.id] = s
	t.memory.share = maxTotalBytes / max(1, t.count())
	for _, kind := range s.types() {
		t.byType[kind] = append(t.byType[kind], s)
	}
}

// remove forgets a subscription.
func (t *subscriptions) remove(s *subscription) {
	if t.byID[s.id] != s {
		return
	}
	delete(t.byID, s.id)
	for _, kind := range s.types() {
		list := t.byType[kind]
		i := slices.Index(list, s)
		t.byType[kind] = slices.Delete(list, i, i+1)
	}
}

// types are the event types under which a subscription is listed, each once.
func (s *subscription) types() []protocol.EventType {
	if s.filter.MatchesType(protocol.EventAny) {
		return []protocol.EventType{protocol.EventAny}
	}
	return s.filter.Events
}

// want reports whether any subscription wants the event, as far as its type tells.
func (t *subscriptions) want(e *Event) bool {
	return e.To != 0 || len(t.byType[e.Type]) > 0 || len(t.byType[protocol.EventAny]) > 0
}

// push adds the event to the queues of those that it matches. Subscriptions that are over
// are forgotten: those webhooks read the journal.
func (t *subscriptions) push(e *Event) {
	t.ended = t.ended[:0]
	if e.To != 0 {
		if s := t.byID[e.To]; s != nil && !s.push(e) {
			t.ended = append(t.ended, s)
		}
	} else {
		t.pushTo(t.byType[e.Type], e)
		t.pushTo(t.byType[protocol.EventAny], e)
	}
	for _, s := range t.ended {
		t.remove(s)
	}
}

func (t *subscriptions) pushTo(list []*subscription, e *Event) {
	for _, s := range list {
		if s.filter.Matches(e.Type, e.Session) && !s.push(e) {
			t.ended = append(t.ended, s)
		}
	}
}
