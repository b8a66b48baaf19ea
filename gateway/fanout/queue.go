package fanout

import "sync"

// job is work that a worker does without blocking: flush a connection or a shard, or queue a
// topic's shards.
type job interface{ run(f *flusher) }

// queue holds the jobs that wait for a worker. Connections with replies go before shards,
// because a reply must not wait for an audience; but not always, so that a flood of requests
// does not silence the sessions. Topics and shards take turns, so that a small session does
// not wait for all shards of a big one.
type queue struct {
	mu          sync.Mutex
	ready       *sync.Cond
	urgent      fifo
	topics      fifo
	shards      fifo
	urgentInRow int  // jobs taken from urgent in a row
	shardTurn   bool // a shard is next, not a topic
	closed      bool
}

// maxUrgentInRow urgent jobs are taken in a row while topics or shards wait.
const maxUrgentInRow = 32

func newQueue() *queue {
	q := &queue{}
	q.ready = sync.NewCond(&q.mu)
	return q
}

// pushUrgent queues a job that goes before topics and shards.
func (q *queue) pushUrgent(j job) {
	q.mu.Lock()
	q.urgent.push(j)
	q.mu.Unlock()
	q.ready.Signal()
}

func (q *queue) pushTopic(t *topic) {
	q.mu.Lock()
	q.topics.push(t)
	q.mu.Unlock()
	q.ready.Signal()
}

func (q *queue) pushShard(sh *shard) {
	q.mu.Lock()
	q.shards.push(sh)
	q.mu.Unlock()
	q.ready.Signal()
}

// take waits for the next job; nil when the queue is closed.
func (q *queue) take() job {
	q.mu.Lock()
	defer q.mu.Unlock()
	for !q.closed {
		if list := q.nextList(); list != nil {
			return list.pop()
		}
		q.ready.Wait()
	}
	return nil
}

// nextList returns the list to take from, nil when all are empty.
func (q *queue) nextList() *fifo {
	waiting := q.topics.size() + q.shards.size()
	if q.urgent.size() > 0 && (q.urgentInRow < maxUrgentInRow || waiting == 0) {
		q.urgentInRow++
		return &q.urgent
	}
	if waiting == 0 {
		return nil
	}
	q.urgentInRow, q.shardTurn = 0, !q.shardTurn
	if q.shards.size() > 0 && (q.shardTurn || q.topics.size() == 0) {
		return &q.shards
	}
	return &q.topics
}

func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.ready.Broadcast()
}

// fifo is a list that is pushed at the end and popped at the front. Every job is queued at
// most once, so its length is bounded by the number of connections and topics.
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
