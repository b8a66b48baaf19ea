package crowd

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"partyline/loadtest/oracle"
	"partyline/loadtest/wire"
)

// pipeline is one voter's WebSocket with many requests under way.
type pipeline struct {
	load  *load
	src   *source
	shard int
	conn  *wire.Conn
	// window holds a token for each request under way.
	window chan struct{}
	// ended is closed when nothing is read any more.
	ended chan struct{}
	// waiting is how many answers are missing.
	waiting atomic.Int64
}

// request is one voter over WebSocket: votes.live requests, pipelined.
func (l *load) request(ctx context.Context, src *source, index int) {
	for ctx.Err() == nil {
		p := &pipeline{load: l, src: src, shard: index, ended: make(chan struct{}),
			window: make(chan struct{}, max(1, l.o.Clients/l.o.Conns))}
		if !l.redial(ctx, func() error { return p.dial(ctx) }) {
			return
		}
		stop := context.AfterFunc(ctx, func() { _ = p.conn.Close() })
		go p.read() // ends with the connection, which write closes
		done := p.write()
		_ = p.conn.Close()
		<-p.ended
		stop()
		if done {
			return
		}
	}
}

func (p *pipeline) dial(ctx context.Context) (err error) {
	p.conn, err = wire.Connect(ctx, p.load.o.Addr, p.load.Client.Token())
	return err
}

// write sends the jobs of the source, all that are due in one write, and waits for the last
// answers. It returns false when the connection ended before.
func (p *pipeline) write() bool {
	var message []byte
	var votes []oracle.Vote
	for j, ok := p.src.next(); ok; j, ok = p.src.next() {
		if !p.take() {
			return false
		}
		for ok {
			votes = p.src.sent(j, votes[:0])
			message = oracle.AppendRequest(message[:0], p.load.IDs[votes[0].Session], votes[0])
			p.conn.Queue(message)
			p.waiting.Add(1)
			if ok = p.tryTake(); !ok {
				break
			}
			if j, ok = p.src.more(); !ok {
				<-p.window
			}
		}
		if err := p.conn.Flush(); err != nil {
			p.load.failed("request: "+wire.Kind(err), 1)
			return false
		}
	}
	return p.drain()
}

// read notes answers until the connection ends.
func (p *pipeline) read() {
	defer close(p.ended)
	for {
		message, err := p.conn.Next()
		if err != nil {
			if lost := p.waiting.Load(); lost > 0 {
				p.load.failed("request: "+wire.Kind(err), int(lost))
			}
			return
		}
		r, ok := oracle.ReadResponse(message)
		if _, sent := p.load.Votes.Vote(oracle.Number(r.ID)); !ok || !sent {
			p.load.failed(fmt.Sprintf("instead of a response: %.60s", message), 1)
			continue
		}
		p.load.settle(p.shard, oracle.Number(r.ID), p.load.Votes.Since(p.conn.At()), r.Status, r.Data)
		p.waiting.Add(-1)
		<-p.window
	}
}

// take waits for room in the window; false when the connection has ended.
func (p *pipeline) take() bool {
	select {
	case p.window <- struct{}{}:
		return true
	case <-p.ended:
		return false
	}
}

func (p *pipeline) tryTake() bool {
	select {
	case p.window <- struct{}{}:
		return true
	default:
		return false
	}
}

// drain waits until everything is answered.
func (p *pipeline) drain() bool {
	timeout := time.NewTimer(answerTimeout)
	defer timeout.Stop()
	for range cap(p.window) {
		select {
		case p.window <- struct{}{}:
		case <-p.ended:
			return false
		case <-timeout.C:
			return true // read tells how many answers did not come
		}
	}
	return true
}
