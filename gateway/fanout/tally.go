package fanout

import (
	"sync"
	"time"

	"partyline/actors/feed"
)

// metronome is the one clock of all tallies. It beats while some session has news
// for tally subscribers, and rests otherwise.
type metronome struct {
	mu     sync.Mutex
	topics map[*topic]bool // with news since the last beat
	wake   chan struct{}
}

// note says that a topic has news.
func (m *metronome) note(t *topic) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.topics == nil {
		m.topics = map[*topic]bool{}
	}
	m.topics[t] = true
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// take is the topics with news, nil when there are none.
func (m *metronome) take() map[*topic]bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	topics := m.topics
	m.topics = nil
	return topics
}

// tallyTime beats. The first news after a rest is shown at once; after each beat that
// showed something there is none for an interval, which is longer for larger crowds. A
// beat that only asks for a state is followed at once by the one that shows it, so a
// session is asked no more often than something is shown.
func (e *Engine) tallyTime() {
	for {
		select {
		case <-e.tallies.wake:
		case <-e.ctx.Done():
			return
		}
		crowd := 0
		for t := range e.tallies.take() {
			if t.show() {
				crowd += t.passTallies()
			}
		}
		if crowd > 0 && !e.pause(e.tallyInterval(crowd)) {
			return
		}
	}
}

// tallyInterval is how long the beat stays away that shows so many subscribers something.
func (e *Engine) tallyInterval(crowd int) time.Duration {
	return max(e.o.TallyInterval, time.Duration(crowd)*time.Second/time.Duration(e.o.Workers*tallyBudget))
}

// show puts up the newest picture; false when there is none newer than the one that is
// shown, or when it must be asked for: the session's answer rings the bell.
func (t *topic) show() bool {
	f, shown := t.feed.Load(), t.shown.Load()
	now, ok := f.Summary()
	switch {
	case !ok && !f.Closed():
		t.engine.o.Hub.Refresh(t.session, f)
		return false
	case !ok, shown != nil && now.SnapshotSeq <= shown.SnapshotSeq && now.TallySeq <= shown.TallySeq:
		return false
	}
	t.shown.Store(&now)
	return true
}

// newest is the newest picture, for those who will not be there at the next beat.
func (t *topic) newest() *feed.Summary {
	if now, ok := t.feed.Load().Summary(); ok {
		return &now
	}
	return t.shown.Load()
}
