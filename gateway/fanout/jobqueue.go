package fanout

import (
	"sync"

	"partyline/actors/queue"
)

// job is work that a worker does without blocking: flush a connection or a shard, or queue a
// topic's shards.
type job interface{ run(f *flusher) }

// jobQueue holds the jobs that wait for a worker. Connections with replies go before shards,
// because a reply must not wait for an audience; but not always, so that a flood of requests
// does not silence the sessions. Topics and shards take turns, so that a small session does
// not wait for all shards of a big one.
type jobQueue struct {
	mu    sync.Mutex
	ready *sync.Cond
	// Every job is queued at most once, so the lists are bounded by the connections and topics.
	urgent, topics, shards queue.FIFO[job]
	urgentInRow            int  // jobs taken from urgent in a row
	shardTurn              bool // a shard is next, not a topic
	closed                 bool
}

// maxUrgentInRow urgent jobs are taken in a row while topics or shards wait.
const maxUrgentInRow = 32

func newJobQueue() *jobQueue {
	q := &jobQueue{}
	q.ready = sync.NewCond(&q.mu)
	return q
}

// pushUrgent queues a job that goes before topics and shards.
func (q *jobQueue) pushUrgent(j job) {
	q.mu.Lock()
	q.urgent.Push(j)
	q.mu.Unlock()
	q.ready.Signal()
}

func (q *jobQueue) pushTopic(t *topic) {
	q.mu.Lock()
	q.topics.Push(t)
	q.mu.Unlock()
	q.ready.Signal()
}

func (q *jobQueue) pushShard(sh *shard) {
	q.mu.Lock()
	q.shards.Push(sh)
	q.mu.Unlock()
	q.ready.Signal()
}

// take waits for the next job; nil when the queue is closed.
func (q *jobQueue) take() job {
	q.mu.Lock()
	defer q.mu.Unlock()
	for !q.closed {
		if list := q.nextList(); list != nil {
			return list.Pop()
		}
		q.ready.Wait()
	}
	return nil
}

// nextList returns the list to take from, nil when all are empty.
func (q *jobQueue) nextList() *queue.FIFO[job] {
	waiting := q.topics.Len() + q.shards.Len()
	if q.urgent.Len() > 0 && (q.urgentInRow < maxUrgentInRow || waiting == 0) {
		q.urgentInRow++
		return &q.urgent
	}
	if waiting == 0 {
		return nil
	}
	q.urgentInRow, q.shardTurn = 0, !q.shardTurn
	if q.shards.Len() > 0 && (q.shardTurn || q.topics.Len() == 0) {
		return &q.shards
	}
	return &q.topics
}

func (q *jobQueue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.ready.Broadcast()
}
