package fanout

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"sync/atomic"

	"partyline/protocol"
)

// ErrClosed is returned by Accept after Close or during Drain.
var ErrClosed = errors.New("fanout: engine is closed")

// Engine holds the connections and the topics they subscribe to, and the workers that write.
type Engine struct {
	options     Options
	queue       *jobQueue
	catchups    catchupQueue
	unread      unreadBudget
	tallyTicker tallyTicker
	stats       counters
	flushers    sync.Pool // of *flusher, for writes that no worker does
	readBuffers sync.Pool // of *[]byte
	readAheads  sync.Pool // of *readAhead

	ctx        context.Context // ends with Close
	cancel     context.CancelFunc
	tasks      sync.WaitGroup
	heartbeats atomic.Int64 // so far: the clock for silent connections

	draining      atomic.Bool
	mu            sync.Mutex
	closed        bool
	conns         []*Conn
	drained       chan struct{} // closed when draining or closed and no connection is left
	topics        map[protocol.SessionID]*topic
	announcements *topic
}

// New starts an engine. Close ends it.
func New(o Options) *Engine {
	e := &Engine{options: o.withDefaults(), queue: newJobQueue(), drained: make(chan struct{}), topics: map[protocol.SessionID]*topic{}}
	e.unread = unreadBudget{engine: e, addresses: map[netip.Addr]*addressUnread{}}
	e.ctx, e.cancel = context.WithCancel(context.Background())
	e.flushers.New = func() any { return newFlusher() }
	e.readBuffers.New = func() any { return new([]byte) }
	e.readAheads.New = func() any { return newReadAhead() }
	e.tallyTicker.wake = make(chan struct{}, 1)
	e.announcements = newTopic(e, 0)
	e.announcements.feed.Store(o.Hub.Announcements())
	o.Hub.Announcements().Listen(e.announcements.onNews)
	for range e.options.Workers {
		e.startTask(e.runWorker)
	}
	e.startTask(e.runHeartbeat)
	e.startTask(e.runTallyTicker)
	return e
}

// runWorker runs jobs from the queue until it closes. It waits only for jobs, never for a
// socket.
func (e *Engine) runWorker() {
	f := newFlusher()
	for {
		j := e.queue.take()
		if j == nil {
			return
		}
		j.run(f)
	}
}

// Close aborts every connection, and returns when no goroutine of the engine is left. Call
// Drain before it to tell the clients first.
func (e *Engine) Close() {
	e.mu.Lock()
	first := !e.closed
	e.closed = true
	conns := append([]*Conn(nil), e.conns...)
	e.mu.Unlock()
	if first {
		e.draining.Store(true)
		e.options.Hub.Announcements().Listen(nil)
		e.cancel()
	}
	for _, c := range conns {
		c.abort()
	}
	e.awaitDrained(context.Background())
	e.queue.close()
	e.tasks.Wait()
}

// CloseConns closes the connections that match. It calls match with every connection, and
// waits for none.
func (e *Engine) CloseConns(match func(*Conn) bool, code protocol.CloseCode, reason string) {
	for _, c := range e.allConns() {
		if match(c) {
			c.Close(code, reason)
		}
	}
}

// boundContext returns a ctx that also ends with the engine.
func (e *Engine) boundContext(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(e.ctx, cancel)
	return ctx, func() { stop(); cancel() }
}

func (e *Engine) allConns() []*Conn {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]*Conn(nil), e.conns...)
}

// addConn adds a connection and starts its reader, unless the engine is closed. While the
// reader runs, the connection's other tasks may be started.
func (e *Engine) addConn(c *Conn) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return false
	}
	c.index = len(e.conns)
	e.conns = append(e.conns, c)
	e.startTask(c.runReader)
	return true
}

// removeConn removes a connection; removing the last one lets Drain and Close go on.
func (e *Engine) removeConn(c *Conn) {
	e.mu.Lock()
	defer e.mu.Unlock()
	last := len(e.conns) - 1
	e.conns[c.index] = e.conns[last]
	e.conns[c.index].index = c.index
	e.conns[last] = nil
	e.conns = e.conns[:last]
	e.signalIfDrained()
}

// awaitDrained waits until no connection is left. New ones are refused meanwhile: see Accept.
func (e *Engine) awaitDrained(ctx context.Context) error {
	e.mu.Lock()
	e.signalIfDrained()
	e.mu.Unlock()
	select {
	case <-e.drained:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *Engine) signalIfDrained() {
	if len(e.conns) > 0 || !e.draining.Load() {
		return
	}
	select {
	case <-e.drained:
	default:
		close(e.drained)
	}
}

// startTask runs one of the engine's goroutines; they are started nowhere else. There is a
// worker per CPU, the heartbeat, the tallies, and a reader per connection; for as long as
// it takes also a slow writer per connection that does not accept all we have, up to
// maxCatchups readers of the journal, and one to open a feed again. Close waits for all of
// them. Only counted goroutines call it, or New before anybody could wait.
func (e *Engine) startTask(task func()) {
	e.tasks.Add(1)
	go e.runTask(task)
}

func (e *Engine) runTask(task func()) {
	defer e.tasks.Done()
	task()
}
