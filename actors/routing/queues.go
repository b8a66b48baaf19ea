package routing

import (
	"slices"

	"partyline/protocol"
)

// queues are the open queues, by webhook and by event type, so that an event
// costs nothing for webhooks that do not want its type. The router owns them.
type queues struct {
	byID   map[protocol.WebhookID]*eventQueue
	byType map[protocol.EventType][]*eventQueue
	ended  []*eventQueue // scratch of push
	memory *queueMemory
	count  func() int // of all webhooks
}

func newQueues(count func() int) queues {
	return queues{byID: map[protocol.WebhookID]*eventQueue{}, byType: map[protocol.EventType][]*eventQueue{}, memory: new(queueMemory), count: count}
}

func (t *queues) none() bool { return len(t.byID) == 0 }

// add adds a queue in place of an earlier one of the same webhook.
func (t *queues) add(s *eventQueue) {
	if before := t.byID[s.id]; before != nil {
		t.remove(before)
	}
	t.byID[s.id] = s
	t.memory.share = maxTotalBytes / max(1, t.count())
	for _, kind := range s.types() {
		t.byType[kind] = append(t.byType[kind], s)
	}
}

// remove forgets a queue.
func (t *queues) remove(s *eventQueue) {
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

// types are the event types under which a queue is listed, each once.
func (s *eventQueue) types() []protocol.EventType {
	if s.filter.MatchesType(protocol.EventAny) {
		return []protocol.EventType{protocol.EventAny}
	}
	return s.filter.Events
}

// want reports whether any queue wants the event, as far as its type tells.
func (t *queues) want(e *Event) bool {
	return e.To != 0 || len(t.byType[e.Type]) > 0 || len(t.byType[protocol.EventAny]) > 0
}

// push adds the event to the queues of those that it matches. Subscriptions that are over
// are forgotten: those webhooks read the journal.
func (t *queues) push(e *Event) {
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

func (t *queues) pushTo(list []*eventQueue, e *Event) {
	for _, s := range list {
		if s.filter.Matches(e.Type, e.Session) && !s.push(e) {
			t.ended = append(t.ended, s)
		}
	}
}
