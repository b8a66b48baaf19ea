package wire

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// eventsAtOnce is how many connections one wait can return.
const eventsAtOnce = 256

// Watcher reads many connections from a few goroutines, each waiting in an epoll of its own. A
// goroutine per connection costs twice as much, and everything else in the process waits behind a
// thousand of them.
type Watcher struct {
	rings []*ring
	mu    sync.Mutex
	next  int
	group sync.WaitGroup
}

// ring is one epoll and the connections it watches.
type ring struct {
	epoll   int
	mu      sync.Mutex
	watched map[int32]*watched
}

type watched struct {
	conn  *Conn
	f     func([]byte)
	ended chan error
}

// NewWatcher starts so many readers. Close ends them.
func NewWatcher(readers int) (*Watcher, error) {
	w := &Watcher{}
	for range readers {
		fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("epoll: %w", err), w.Close())
		}
		r := &ring{epoll: fd, watched: map[int32]*watched{}}
		w.rings = append(w.rings, r)
		w.group.Go(func() { r.run() }) // ends with Close
	}
	return w, nil
}

// Watch calls f with every message, from one of the watcher's goroutines, until the connection
// ends, and returns why. f must not block. c.Close ends it.
func (w *Watcher) Watch(c *Conn, f func(message []byte)) error {
	p, err := poll(c)
	if err != nil {
		return err
	}
	w.mu.Lock()
	r := w.rings[w.next%len(w.rings)]
	w.next++
	w.mu.Unlock()
	defer p.release()
	// What has been read already wakes no poll.
	if err := c.serve(f); !errors.Is(err, errLater) {
		return err
	}
	one := &watched{conn: c, f: f, ended: make(chan error, 1)}
	if err := r.add(p.fd, one); err != nil {
		return err
	}
	return <-one.ended
}

// Close ends the readers. All connections must have ended.
func (w *Watcher) Close() error {
	var err error
	for _, r := range w.rings {
		// A pipe whose other end is gone wakes the reader; nobody watches it.
		var pipe [2]int
		err = errors.Join(err, syscall.Pipe2(pipe[:], syscall.O_CLOEXEC))
		event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: -1}
		err = errors.Join(err, syscall.EpollCtl(r.epoll, syscall.EPOLL_CTL_ADD, pipe[0], &event), syscall.Close(pipe[1]))
		defer func() { _ = syscall.Close(pipe[0]) }()
	}
	w.group.Wait()
	for _, r := range w.rings {
		err = errors.Join(err, syscall.Close(r.epoll))
	}
	return err
}

func (r *ring) add(fd int, one *watched) error {
	r.mu.Lock()
	r.watched[int32(fd)] = one
	r.mu.Unlock()
	event := syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLRDHUP, Fd: int32(fd)}
	return syscall.EpollCtl(r.epoll, syscall.EPOLL_CTL_ADD, fd, &event)
}

// run serves connections that have data until Close.
func (r *ring) run() {
	events := make([]syscall.EpollEvent, eventsAtOnce)
	for {
		n, err := syscall.EpollWait(r.epoll, events, -1)
		if err != nil && err != syscall.EINTR {
			return
		}
		for _, e := range events[:max(n, 0)] {
			if e.Fd < 0 {
				return
			}
			r.serve(e.Fd)
		}
	}
}

func (r *ring) serve(fd int32) {
	r.mu.Lock()
	one := r.watched[fd]
	r.mu.Unlock()
	if one == nil {
		return
	}
	err := one.conn.serve(one.f)
	if errors.Is(err, errLater) {
		return
	}
	r.mu.Lock()
	delete(r.watched, fd)
	r.mu.Unlock()
	_ = syscall.EpollCtl(r.epoll, syscall.EPOLL_CTL_DEL, int(fd), nil)
	one.ended <- err
}

// polled is a socket taken from the runtime's poller: reads do not wait. One goroutine reads;
// Write and Close may be called from any.
type polled struct {
	net.Conn // for the addresses; it is closed
	fd       int
	// emptied means that the last read left nothing behind.
	emptied bool

	mu       sync.Mutex
	released bool
}

// poll takes the socket from c's connection.
func poll(c *Conn) (*polled, error) {
	tcp, ok := c.net.(*net.TCPConn)
	if !ok {
		return nil, fmt.Errorf("a %T cannot be polled", c.net)
	}
	file, err := tcp.File()
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	fd, err := syscall.Dup(int(file.Fd()))
	if err != nil {
		return nil, os.NewSyscallError("dup", err)
	}
	syscall.CloseOnExec(fd)
	p := &polled{Conn: tcp, fd: fd}
	c.exchange(p)
	return p, errors.Join(syscall.SetNonblock(fd, true), tcp.Close())
}

// Read returns errLater instead of waiting, and also after a read that emptied the socket: epoll
// reports new data, for one system call less.
func (p *polled) Read(b []byte) (int, error) {
	if p.emptied {
		p.emptied = false
		return 0, errLater
	}
	n, err := syscall.Read(p.fd, b)
	switch {
	case err == syscall.EAGAIN || err == syscall.EINTR:
		return 0, errLater
	case err != nil:
		return 0, os.NewSyscallError("read", err)
	case n == 0:
		return 0, io.EOF
	}
	p.emptied = n < len(b)
	return n, nil
}

// Write is for control frames: what does not fit into the socket at once is an error.
func (p *polled) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.released {
		return 0, net.ErrClosed
	}
	n, err := syscall.Write(p.fd, b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	return max(n, 0), err
}

// SetWriteDeadline does nothing: writes do not wait.
func (p *polled) SetWriteDeadline(time.Time) error { return nil }

// Close shuts the socket down; its reader meets the end and releases it.
func (p *polled) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.released {
		return net.ErrClosed
	}
	return syscall.Shutdown(p.fd, syscall.SHUT_RDWR)
}

func (p *polled) release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.released = true
	_ = syscall.Close(p.fd)
}
