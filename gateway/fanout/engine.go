package fanout

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"sync/atomic"

	"partyline/protocol"
)

// ErrClosed is returned for what comes after Close or during Drain.
var ErrClosed = errors.New("fanout: engine is closed")

// Engine holds the peers and the topics they follow, and the workers that write.
type Engine struct {
	o        Options
	queue    *queue
	recovery recovery
	unread   unread
	tallies  metronome
	stats    counters
	flushers sync.Pool // of *flusher, for writes that no worker does
	messages sync.Pool // of *[]byte, for reading

	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	tasks  sync.WaitGroup
	tick   atomic.Int64 // heartbeats so far: the clock of silence

	draining atomic.Bool
	mu       sync.Mutex
	closed   bool
	peers    []*Conn
	gone     chan struct{} // closed when draining or closed and no peer is left
	topics   map[protocol.SessionID]*topic
	lobby    *topic
}

// New starts an engine. Close ends it.
func New(o Options) *Engine {
	e := &Engine{o: o.withDefaults(), queue: newQueue(), gone: make(chan struct{}), topics: map[protocol.SessionID]*topic{}}
	e.unread = unread{engine: e, sources: map[netip.Addr]*source{}}
	e.ctx, e.cancel = context.WithCancel(context.Background())
	e.flushers.New = func() any { return newFlusher() }
	e.messages.New = func() any { return new([]byte) }
	e.tallies.wake = make(chan struct{}, 1)
	e.lobby = newTopic(e, 0)
	e.lobby.feed.Store(o.Hub.Announcements())
	o.Hub.Announcements().Listen(e.lobby.news)
	for range e.o.Workers {
		e.start(e.work)
	}
	e.start(e.beat)
	e.start(e.tallyTime)
	return e
}

// work is one worker's life: never waiting for a peer, only for work.
func (e *Engine) work() {
	f := newFlusher()
	for {
		j := e.queue.take()
		if j == nil {
			return
		}
		j.run(f)
	}
}

// Close ends every connection at once, and returns when nothing of the engine is
// left. Whoever wants the peers to be told first drains first.
func (e *Engine) Close() {
	e.mu.Lock()
	first := !e.closed
	e.closed = true
	peers := append([]*Conn(nil), e.peers...)
	e.mu.Unlock()
	if first {
		e.draining.Store(true)
		e.o.Hub.Announcements().Listen(nil)
		e.cancel()
	}
	for _, p := range peers {
		p.hangUp()
	}
	e.awaitPeers(context.Background())
	e.queue.close()
	e.tasks.Wait()
}

// CloseConns closes the peers that match. It looks at every peer, and does not wait
// for any.
func (e *Engine) CloseConns(match func(*Conn) bool, code protocol.CloseCode, reason string) {
	for _, p := range e.everyone() {
		if match(p) {
			p.Close(code, reason)
		}
	}
}

// whileOpen is ctx that ends with the engine, too.
func (e *Engine) whileOpen(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(e.ctx, cancel)
	return ctx, func() { stop(); cancel() }
}

func (e *Engine) everyone() []*Conn {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]*Conn(nil), e.peers...)
}

// enrol adds a peer and starts its reader, unless the engine is closed. While the
// reader runs the peer's other tasks may be started.
func (e *Engine) enrol(p *Conn) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return false
	}
	p.place = len(e.peers)
	e.peers = append(e.peers, p)
	e.start(p.read)
	return true
}

// strike removes a peer; the last one to go lets Drain and Close go on.
func (e *Engine) strike(p *Conn) {
	e.mu.Lock()
	defer e.mu.Unlock()
	last := len(e.peers) - 1
	e.peers[p.place] = e.peers[last]
	e.peers[p.place].place = p.place
	e.peers[last] = nil
	e.peers = e.peers[:last]
	e.noteGone()
}

// awaitPeers waits until no peer is left. No new ones come: see Accept.
func (e *Engine) awaitPeers(ctx context.Context) error {
	e.mu.Lock()
	e.noteGone()
	e.mu.Unlock()
	select {
	case <-e.gone:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *Engine) noteGone() {
	if len(e.peers) > 0 || !e.draining.Load() {
		return
	}
	select {
	case <-e.gone:
	default:
		close(e.gone)
	}
}
