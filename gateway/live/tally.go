package live

import (
	"sync"

	"partyline/protocol"
)

// tally is what a topic shows its tally subscribers until the next beat: it changes
// on beats only, so it does not matter how often somebody looks.
type tally struct {
	frame []byte
	seq   protocol.Seq
}

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

// tallyTime beats. The first news after a rest is shown at once; after each beat there
// is none for an interval.
func (e *Engine) tallyTime() {
	for {
		select {
		case <-e.tallies.wake:
		case <-e.ctx.Done():
			return
		}
		for t := range e.tallies.take() {
			if t.renewTally() {
				t.passTallies()
			}
		}
		if !e.pause(e.o.TallyInterval) {
			return
		}
	}
}

// renewTally shows the newest tally; false when that is shown already.
func (t *topic) renewTally() bool {
	now, shown := t.newestTally(), t.tally.Load()
	if now == nil || (shown != nil && shown.seq >= now.seq) {
		return false
	}
	t.tally.Store(now)
	return true
}

// newestTally is the feed's; it is encoded once for all who ask.
func (t *topic) newestTally() *tally {
	frame, seq := t.feed.Load().Tally(0)
	if frame == nil {
		return nil
	}
	return &tally{frame, seq}
}

// prepareTally is called for a subscriber that is about to be added. While there were
// none the tally was not kept up.
func (t *topic) prepareTally() {
	t.mu.Lock()
	first := len(t.chunks[tallies]) == 0
	t.mu.Unlock()
	if first {
		t.renewTally()
	}
}
