package fanout

import (
	"net"
	"time"

	"partyline/protocol"
)

// pump serves a peer whose socket was full, until it has everything. It is the only
// one who waits for a socket. While it waits it holds the rest of one frame and no
// lock; what is to follow is gathered when the socket takes bytes again, so a peer
// that comes back after seconds gets what is new then.
func (p *Conn) pump() {
	for {
		err := p.writeRest()
		if err != nil {
			p.stalled(err)
		}
		if err != nil || !p.pumpOn() {
			return
		}
	}
}

// pumpOn is called when rest is written. It says whether there is a rest again.
func (p *Conn) pumpOn() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.setRest(nil, false)
	p.pumping = false
	if p.ended && !p.dead {
		p.parted()
	}
	if p.advanceAlone() {
		return true
	}
	p.pumpEnds()
	return false
}

// pumpEnds tells whoever waits for it. The lock is held.
func (p *Conn) pumpEnds() {
	if p.pumped != nil {
		close(p.pumped)
		p.pumped = nil
	}
}

// writeRest writes the rest, waiting no longer than Stall for each step forward.
func (p *Conn) writeRest() error {
	defer func() { _ = p.conn.SetWriteDeadline(time.Time{}) }() // else it would strike a later write
	if p.raw == nil {
		return p.writeRecords()
	}
	rest := p.rest
	var failure error
	step := func(fd uintptr) bool {
		n, err := writeRaw(fd, rest)
		rest, failure = rest[n:], err
		return n > 0 || err != nil // else wait until it is writable
	}
	for len(rest) > 0 && failure == nil {
		_ = p.conn.SetWriteDeadline(p.stallsAt())
		if err := p.raw.Write(step); err != nil {
			p.mu.Lock()
			p.rest = rest
			p.mu.Unlock()
			return err
		}
	}
	return failure
}

// writeRecords writes the rest of a connection that is not bare. A write that was cut
// off cannot be gone on with, so each must be small enough for the slowest honest peer.
func (p *Conn) writeRecords() error {
	for rest := p.rest; len(rest) > 0; {
		n := min(len(rest), maxHanded)
		_ = p.conn.SetWriteDeadline(p.stallsAt())
		if _, err := p.conn.Write(rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

// stalled ends a peer that took nothing for Stall, or whose connection broke.
func (p *Conn) stalled(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.pumpEnds()
	if p.dead {
		p.setRest(nil, false)
		return
	}
	told := false
	if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
		if !p.evicted.Load() {
			p.engine.stats.dropped.Add(1)
		}
		told = p.sayTooSlow()
	}
	p.setRest(nil, false)
	p.ended, p.pumping = true, false
	if !told {
		p.hangUp()
	}
}

// sayTooSlow puts the rest of the begun frame and a close frame into the kernel's
// hands after all, by lifting the limit on unsent bytes: a client that comes back
// reads in order what it missed and why it was closed.
func (p *Conn) sayTooSlow() bool {
	if p.raw == nil || p.ended {
		return false
	}
	last := append(p.rest, closeFrame(protocol.CloseTooSlow, "Too slow")...)
	limitUnsent(p.raw, len(last)+maxWrite)
	n := 0
	err := p.raw.Write(func(fd uintptr) bool {
		n, _ = writeRaw(fd, last)
		return true
	})
	if err != nil || n < len(last) {
		return false
	}
	p.outbox.finish(ending{frame: last}) // nothing more is accepted
	p.parted()
	return true
}
