package fanout

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"partyline/actors/feed"
	"partyline/protocol"
)

// The two lists of a topic's shards.
const (
	eventShards = iota
	tallyShards
)

// shard is up to shardSize of a topic's subscriptions: what one worker serves in one go.
type shard struct {
	topic  *topic
	queued atomic.Bool
	// shown is what tally subscribers are sent until the shard's next turn: it changes then
	// only, so it does not matter how often a connection is flushed. shownAt is when that was;
	// it belongs to the goroutine of runTallyTicker.
	shown   atomic.Pointer[feed.Summary]
	shownAt time.Time

	mu   sync.Mutex
	subs []*subscription
}

func (sh *shard) enqueue() {
	if !sh.queued.Swap(true) {
		sh.topic.engine.queue.pushShard(sh)
	}
}

// run implements job: it flushes the connections of the shard one after the other.
func (sh *shard) run(f *flusher) {
	sh.queued.Store(false) // first: news that comes from now on queues the shard again
	sh.mu.Lock()
	f.conns = f.conns[:0]
	for _, s := range sh.subs {
		f.conns = append(f.conns, s.conn)
	}
	sh.mu.Unlock()
	for _, c := range f.conns {
		c.flush(f)
	}
	clear(f.conns)
}

// addSub puts a subscription into a shard with space. Lists of shards are replaced and never
// changed, because workers go over them without the lock.
func (t *topic) addSub(s *subscription) {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := &t.shards[shardList(s)]
	i := slices.IndexFunc(*list, (*shard).hasSpace)
	if i < 0 {
		i = len(*list)
		*list = append(slices.Clip(*list), &shard{topic: t})
	}
	sh := (*list)[i]
	sh.mu.Lock()
	s.shard, s.index = sh, len(sh.subs)
	sh.subs = append(sh.subs, s)
	sh.mu.Unlock()
}

// removeSub takes a subscription out. No other subscription changes its shard by that, so no
// worker can miss one.
func (t *topic) removeSub(s *subscription) {
	t.mu.Lock()
	defer t.mu.Unlock()
	sh := s.shard
	sh.mu.Lock()
	last := len(sh.subs) - 1
	sh.subs[s.index] = sh.subs[last]
	sh.subs[s.index].index = s.index
	sh.subs[last] = nil
	sh.subs = sh.subs[:last]
	sh.mu.Unlock()
	if last == 0 {
		list := &t.shards[shardList(s)]
		*list = slices.DeleteFunc(slices.Clone(*list), func(other *shard) bool { return other == sh })
	}
}

// count is how many subscriptions the shard has.
func (sh *shard) count() int {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return len(sh.subs)
}

func (sh *shard) hasSpace() bool { return len(sh.subs) < shardSize }

func shardList(s *subscription) int {
	if s.mode == protocol.ModeTally {
		return tallyShards
	}
	return eventShards
}
