package fanout

import (
	"slices"
	"sync"
	"sync/atomic"

	"partyline/protocol"
)

// The two lists of a topic's chunks.
const (
	events = iota
	tallies
)

// chunk is some of a topic's subscribers: what one worker serves in one go.
type chunk struct {
	topic  *topic
	queued atomic.Bool

	mu   sync.Mutex
	subs []*subscription
}

func (c *chunk) queue() {
	if !c.queued.Swap(true) {
		c.topic.engine.queue.share(c)
	}
}

// run implements job: it serves the chunk's peers one after the other.
func (c *chunk) run(f *flusher) {
	c.queued.Store(false) // before looking: what comes from now on queues it again
	c.mu.Lock()
	f.crowd = f.crowd[:0]
	for _, s := range c.subs {
		f.crowd = append(f.crowd, s.peer)
	}
	c.mu.Unlock()
	for _, p := range f.crowd {
		p.serve(f)
	}
	clear(f.crowd)
}

// add puts a subscription into a chunk with room. Lists of chunks are replaced and
// not changed, because passes go over them without the lock.
func (t *topic) add(s *subscription) {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := &t.chunks[listOf(s)]
	i := slices.IndexFunc(*list, (*chunk).hasRoom)
	if i < 0 {
		i = len(*list)
		*list = append(slices.Clip(*list), &chunk{topic: t})
	}
	c := (*list)[i]
	c.mu.Lock()
	s.chunk, s.place = c, len(c.subs)
	c.subs = append(c.subs, s)
	c.mu.Unlock()
}

// remove takes a subscription out. Nobody else moves to another chunk by that, so no
// pass can miss anybody.
func (t *topic) remove(s *subscription) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := s.chunk
	c.mu.Lock()
	last := len(c.subs) - 1
	c.subs[s.place] = c.subs[last]
	c.subs[s.place].place = s.place
	c.subs[last] = nil
	c.subs = c.subs[:last]
	c.mu.Unlock()
	if last == 0 {
		list := &t.chunks[listOf(s)]
		*list = slices.DeleteFunc(slices.Clone(*list), func(other *chunk) bool { return other == c })
	}
}

func (c *chunk) hasRoom() bool { return len(c.subs) < chunkSize }

func listOf(s *subscription) int {
	if s.mode == protocol.ModeTally {
		return tallies
	}
	return events
}
