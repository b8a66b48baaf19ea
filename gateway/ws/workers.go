package ws

import (
	"sync"

	"partyline/gateway/limit"
)

// lane works off the requests of one socket that have to wait for something. Its
// goroutines live while there is work; each job recovers for itself.
type workerPool struct {
	mu      sync.Mutex
	waiting []func()
	busy    int
}

// do runs the job now, or when one of the earlier ones is done. How many may wait is
// bounded by the socket's requests in flight.
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

// next is nil, and the worker gone, when nothing waits.
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
