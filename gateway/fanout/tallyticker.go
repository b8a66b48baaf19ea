package fanout

import (
	"sync"
	"time"

	"partyline/actors/feed"
)

// tallyTicker is the one clock of all tallies. It ticks while some session has news for tally
// subscribers, and rests otherwise.
type tallyTicker struct {
	mu     sync.Mutex
	topics map[*topic]bool // with news since the last tick
	wake   chan struct{}
}

// markDirty notes that a topic has news.
func (tt *tallyTicker) markDirty(t *topic) {
	tt.mu.Lock()
	defer tt.mu.Unlock()
	if tt.topics == nil {
		tt.topics = map[*topic]bool{}
	}
	tt.topics[t] = true
	select {
	case tt.wake <- struct{}{}:
	default:
	}
}

// takeDirty returns and forgets the topics with news, nil when there are none.
func (tt *tallyTicker) takeDirty() map[*topic]bool {
	tt.mu.Lock()
	defer tt.mu.Unlock()
	topics := tt.topics
	tt.topics = nil
	return topics
}

// runTallyTicker ticks. The first news after a rest is shown at once; after each tick that
// showed something there is none for an interval, which is longer for more subscribers. A tick
// that only asks for a state is followed at once by the one that shows it, so a session is
// asked no more often than something is shown.
func (e *Engine) runTallyTicker() {
	for {
		select {
		case <-e.tallyTicker.wake:
		case <-e.ctx.Done():
			return
		}
		subscribers := 0
		for t := range e.tallyTicker.takeDirty() {
			if t.updateShown() {
				subscribers += t.queueTallyShards()
			}
		}
		if subscribers > 0 && !e.sleep(e.tallyInterval(subscribers)) {
			return
		}
	}
}

// tallyInterval is the wait after a tick that showed something to so many subscribers.
func (e *Engine) tallyInterval(subscribers int) time.Duration {
	return max(e.options.TallyInterval, time.Duration(subscribers)*time.Second/time.Duration(e.options.Workers*tallyBudget))
}

// updateShown shows the feed's newest summary; false when it is not newer than the one that is
// shown, or when the session must be asked for it: its answer notifies the topic again.
func (t *topic) updateShown() bool {
	f, shown := t.feed.Load(), t.shown.Load()
	now, ok := f.Summary()
	switch {
	case !ok && !f.Closed():
		t.engine.options.Hub.Refresh(t.session, f)
		return false
	case !ok, shown != nil && now.SnapshotSeq <= shown.SnapshotSeq && now.TallySeq <= shown.TallySeq:
		return false
	}
	t.shown.Store(&now)
	return true
}

// newestSummary is the newest summary, for connections that will not be there at the next
// tick.
func (t *topic) newestSummary() *feed.Summary {
	if now, ok := t.feed.Load().Summary(); ok {
		return &now
	}
	return t.shown.Load()
}
