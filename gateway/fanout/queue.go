package fanout

import "sync"

// job is something a worker can do without waiting: serve a peer, a chunk of
// subscribers, or cut a topic into chunks.
type job interface{ run(f *flusher) }

// queue is what waits for a worker. Peers with replies go before passes over
// subscribers, because an answer must not wait for an audience; but not always, so
// that a flood of requests does not silence the sessions. Topics and chunks take
// turns, so that a small session does not wait for all chunks of a big one.
type queue struct {
	mu      sync.Mutex
	ready   *sync.Cond
	urgent  fifo
	topics  fifo
	chunks  fifo
	favours int  // urgent jobs taken in a row
	turn    bool // a chunk's
	closed  bool
}

// maxFavours urgent jobs are taken in a row while passes wait.
const maxFavours = 32

func newQueue() *queue {
	q := &queue{}
	q.ready = sync.NewCond(&q.mu)
	return q
}

// hurry queues a peer.
func (q *queue) hurry(j job) {
	q.mu.Lock()
	q.urgent.push(j)
	q.mu.Unlock()
	q.ready.Signal()
}

// pass queues a topic.
func (q *queue) pass(t *topic) {
	q.mu.Lock()
	q.topics.push(t)
	q.mu.Unlock()
	q.ready.Signal()
}

// share queues a chunk.
func (q *queue) share(c *chunk) {
	q.mu.Lock()
	q.chunks.push(c)
	q.mu.Unlock()
	q.ready.Signal()
}

// take waits for the next job; nil when the queue is closed.
func (q *queue) take() job {
	q.mu.Lock()
	defer q.mu.Unlock()
	for !q.closed {
		if list := q.choose(); list != nil {
			return list.pop()
		}
		q.ready.Wait()
	}
	return nil
}

// choose is the list whose turn it is, nil when all are empty.
func (q *queue) choose() *fifo {
	passes := q.topics.size() + q.chunks.size()
	if q.urgent.size() > 0 && (q.favours < maxFavours || passes == 0) {
		q.favours++
		return &q.urgent
	}
	if passes == 0 {
		return nil
	}
	q.favours, q.turn = 0, !q.turn
	if q.chunks.size() > 0 && (q.turn || q.topics.size() == 0) {
		return &q.chunks
	}
	return &q.topics
}

func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.ready.Broadcast()
}

// fifo is a list that is pushed at the end and popped at the front. Everything in
// it is queued at most once, so it is bounded by the number of peers and topics.
type fifo struct {
	jobs []job
	next int
}

func (f *fifo) size() int { return len(f.jobs) - f.next }

func (f *fifo) push(j job) {
	if f.next > 0 && len(f.jobs) == cap(f.jobs) {
		n := copy(f.jobs, f.jobs[f.next:])
		clear(f.jobs[n:])
		f.jobs, f.next = f.jobs[:n], 0
	}
	f.jobs = append(f.jobs, j)
}

func (f *fifo) pop() job {
	j := f.jobs[f.next]
	f.jobs[f.next] = nil
	f.next++
	if f.next == len(f.jobs) {
		f.jobs, f.next = f.jobs[:0], 0
	}
	return j
}
