package fanout

import (
	"slices"
	"sync"
	"time"

	"partyline/actors/feed"
)

// tallyTicker says which sessions have news for tally subscribers.
type tallyTicker struct {
	mu     sync.Mutex
	topics map[*topic]bool // with news since the last round
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

// runTallyTicker shows news round by round: in each, every shard of the topics with news gets
// the newest tally. Shards take turns, the one that has waited longest first, and no faster
// than tallyBudget allows: were all shown the same tally at once, the last of 5,000 subscribers
// would get it when it is as old as 5,000 writes take.
func (e *Engine) runTallyTicker() {
	var pace time.Time
	for {
		topics := e.tallyTicker.takeDirty()
		if !e.showTallies(tallyShardsOf(topics), &pace) {
			return
		}
		if topics != nil {
			continue
		}
		select {
		case <-e.tallyTicker.wake:
		case <-e.ctx.Done():
			return
		}
	}
}

// tallyShardsOf are the tally shards of topics, the one shown least recently first.
func tallyShardsOf(topics map[*topic]bool) (shards []*shard) {
	for t := range topics {
		t.mu.Lock()
		shards = append(shards, t.shards[tallyShards]...)
		t.mu.Unlock()
	}
	slices.SortStableFunc(shards, func(a, b *shard) int { return a.shownAt.Compare(b.shownAt) })
	return shards
}

const (
	// leastPause is the least wait that is worth a timer. What is shown too early by that is
	// made up for by the next wait.
	leastPause = time.Millisecond
	// paceBehind is how far the pace may fall behind and still be caught up with: the error of
	// a timer, not what makes two shards' turns one.
	paceBehind = 2 * time.Millisecond
)

// showTallies is one round. A shard is shown something no sooner than TallyInterval after the
// last time, nor before pace, which moves on by what its writes may take. A session that must
// be asked for its state first is left out of the rest of the round: its answer is news. It
// returns false when the engine has ended.
func (e *Engine) showTallies(shards []*shard, pace *time.Time) bool {
	asked := map[*topic]bool{}
	for _, sh := range shards {
		if asked[sh.topic] {
			continue
		}
		due := sh.shownAt.Add(e.options.TallyInterval)
		if pace.After(due) {
			due = *pace
		}
		if pause := time.Until(due); pause >= leastPause && !e.sleep(pause) {
			return false
		}
		switch sh.updateShown() {
		case tallyNew:
			sh.shownAt = time.Now()
			*pace = later(*pace, sh.shownAt.Add(-paceBehind)).Add(e.tallyTime(sh.count()))
			sh.enqueue()
		case tallyUnknown:
			asked[sh.topic] = true
		}
	}
	return e.ctx.Err() == nil
}

// tallyTime is how long writing a tally to so many subscribers may take.
func (e *Engine) tallyTime(subscribers int) time.Duration {
	return time.Duration(subscribers) * time.Second / time.Duration(e.options.Workers*tallyBudget)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// What updateShown finds.
const (
	tallyNew     = iota
	tallyShown   // nothing newer than what is shown
	tallyUnknown // the session is asked for its state; its answer notifies the topic again
)

// updateShown has the shard show the feed's newest summary.
func (sh *shard) updateShown() int {
	t := sh.topic
	f, shown := t.feed.Load(), sh.shown.Load()
	now, ok := f.Summary()
	switch {
	case !ok && !f.Closed():
		t.engine.options.Hub.Refresh(t.session, f)
		return tallyUnknown
	case !ok, shown != nil && now.SnapshotSeq <= shown.SnapshotSeq && now.TallySeq <= shown.TallySeq:
		return tallyShown
	}
	sh.shown.Store(&now)
	return tallyNew
}

// newestSummary is the newest summary, for connections that will not be there in the next
// round.
func (sh *shard) newestSummary() *feed.Summary {
	if now, ok := sh.topic.feed.Load().Summary(); ok {
		return &now
	}
	return sh.shown.Load()
}
