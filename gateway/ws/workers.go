package ws

import (
	"sync"

	"partyline/gateway/limit"
)

// workerPool serves the requests of one socket that have to wait for something. Its
// goroutines live while there is work; each job recovers for itself.
type workerPool struct {
	mu      sync.Mutex
	waiting []func()
	busy    int
}

// run runs the job now, or when an earlier one is done. How many may wait is bounded by
// the socket's requests in flight.
func (l *workerPool) run(job func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.busy == int(limit.SocketWorkers.Most) {
		l.waiting = append(l.waiting, job)
		return
	}
	l.busy++
	go l.work(job)
}

func (l *workerPool) work(job func()) {
	for ; job != nil; job = l.next() {
		job()
	}
}

// next is the job that has waited longest; nil, and the worker gone, when none waits.
func (l *workerPool) next() func() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 {
		l.busy--
		l.waiting = nil
		return nil
	}
	job := l.waiting[0]
	l.waiting = l.waiting[1:]
	return job
}
