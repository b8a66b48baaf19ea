package attack

import (
	"context"
	"strconv"
	"time"

	"partyline/loadtest/oracle"
	"partyline/loadtest/wire"
	"partyline/protocol"
)

// overloaders times the 1,024 requests that one connection may have unanswered are more than twice
// the 16,384 of all.
const overloaders = 40

// overloadNames are so many that a connection takes seconds to come back to one: a name may vote
// once a second.
const overloadNames = 400_000

// overloadWrite is how many requests go out in one write.
const overloadWrite = 128

// overload sends votes without waiting for answers, as fast as the server reads, over as many
// connections as fill the hub's admission.
func overload(ctx context.Context, t *attackers) error {
	inParallel(ctx, overloaders, func(ctx context.Context, index int) {
		c, err := wire.Connect(ctx, t.Addr, t.Admin)
		if err != nil {
			t.count("not connected", 1)
			return
		}
		defer func() { _ = c.Close() }()
		o := &overloader{t: t, c: c, voter: oracle.Number(index), began: time.Now()}
		ended := make(chan string, 1)
		go func() { ended <- watch(ctx, c, o.answer) }() // ends with the connection, which is closed here
		o.ask(ctx)
		t.count(<-ended, 1)
		t.count("200", o.met[0])
		t.count("429", o.met[1])
		t.count("503", o.met[2])
		t.count("other answers", o.met[3])
	})
	return nil
}

// overloader is one connection. It steps through the names so that no two connections vote for the
// same.
type overloader struct {
	t     *attackers
	c     *wire.Conn
	voter oracle.Number
	began time.Time
	// met counts 200, 429, 503 and others; it belongs to the reader.
	met [4]int
}

// ask writes requests. Their ids are when they were sent, in microseconds.
func (o *overloader) ask(ctx context.Context) {
	var message []byte
	for ctx.Err() == nil {
		now := time.Now()
		for range overloadWrite {
			message = strconv.AppendInt(append(message[:0], `{"type":"request","id":"`...), now.Sub(o.began).Microseconds(), 10)
			message = append(message, `","op":"votes.live","data":`...)
			message = append(oracle.AppendVote(message, o.t.Session, oracle.Vote{Number: o.voter, Up: true, Stamp: protocol.TimestampOf(now)}), '}')
			o.voter = (o.voter + overloaders) % overloadNames
			o.c.Queue(message)
		}
		if o.c.Flush() != nil {
			return
		}
	}
}

// answer counts an answer, and records the latency of a vote that was taken.
func (o *overloader) answer(message []byte) {
	r, ok := oracle.ReadResponse(message)
	switch {
	case ok && r.Status == 200:
		o.met[0]++
		o.t.taken.Record(time.Since(o.began) - time.Duration(r.ID)*time.Microsecond)
	case ok && r.Status == 429:
		o.met[1]++
	case ok && r.Status == 503:
		o.met[2]++
	case ok:
		o.met[3]++
	}
}
