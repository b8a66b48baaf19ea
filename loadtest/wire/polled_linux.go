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
