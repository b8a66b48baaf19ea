package gateway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"partyline/loadtest/wire"
	"partyline/protocol"
)

// The clients of benchmarks: over REST each connection has one vote under way, a socket has
// benchInFlight.
const (
	benchConnections = 64
	benchSockets     = 8
	benchInFlight    = 64
)

// clientsVariable is set in the environment of a process of this test's program that is to be
// the clients of a benchmark, so that what they cost is not counted as the server's.
const clientsVariable = "PARTYLINE_BENCH_CLIENTS"

// order is what the clients are to do: cast so many votes, and then answer with an error or "".
type order struct {
	Addr, Token string
	BySocket    bool
	Votes       int
}

// benchClients is the benchmark's end of that process.
type benchClients struct {
	b       *testing.B
	orders  *json.Encoder
	answers *json.Decoder
}

func startClients(b *testing.B) *benchClients {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), clientsVariable+"=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	return &benchClients{b, json.NewEncoder(in), json.NewDecoder(out)}
}

// vote returns when all votes of the order are answered.
func (c *benchClients) vote(o order) {
	c.b.Helper()
	var failed string
	err := errors.Join(c.orders.Encode(o), c.answers.Decode(&failed))
	if err != nil || failed != "" {
		c.b.Fatal("the clients:", err, failed)
	}
}

// voterProcess is the process itself. Its connections stay open from order to order.
type voterProcess struct {
	posters map[string][]*wire.Poster
	sockets map[string][]*wire.Conn
	last    atomic.Int64 // the number of the vote that was cast last
}

// serveOrders carries orders out until there are no more.
func serveOrders() {
	v := &voterProcess{posters: map[string][]*wire.Poster{}, sockets: map[string][]*wire.Conn{}}
	orders, answers := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var o order
		if orders.Decode(&o) != nil {
			return
		}
		failed := ""
		if err := v.carryOut(o); err != nil {
			failed = err.Error()
		}
		if answers.Encode(failed) != nil {
			return
		}
	}
}

func (v *voterProcess) carryOut(o order) error {
	if err := v.connect(o); err != nil {
		return err
	}
	end := v.last.Load() + int64(o.Votes)
	clients, cast := benchConnections, func(i int) error { return v.post(v.posters[o.Addr][i], end) }
	if o.BySocket {
		clients, cast = benchSockets, func(i int) error { return v.request(v.sockets[o.Addr][i], end) }
	}
	failed := make([]error, clients)
	eachOf(clients, func(i int) { failed[i] = cast(i) })
	v.last.Store(end)
	return errors.Join(failed...)
}

func (v *voterProcess) connect(o order) error {
	for o.BySocket && len(v.sockets[o.Addr]) < benchSockets {
		conn, err := wire.Connect(context.Background(), o.Addr, o.Token)
		if err != nil {
			return err
		}
		v.sockets[o.Addr] = append(v.sockets[o.Addr], conn)
	}
	for !o.BySocket && len(v.posters[o.Addr]) < benchConnections {
		p, err := wire.NewPoster(context.Background(), o.Addr, "/api/votes/live", o.Token, patience)
		if err != nil {
			return err
		}
		v.posters[o.Addr] = append(v.posters[o.Addr], p)
	}
	return nil
}

// post casts votes one after the other, up to the vote of that number.
func (v *voterProcess) post(p *wire.Poster, end int64) error {
	var body []byte
	for i := v.last.Add(1); i <= end; i = v.last.Add(1) {
		body = appendVote(body[:0], i)
		status, answer, err := p.Post(body)
		if err != nil || status != 200 {
			return fmt.Errorf("status %d, %s, %w", status, answer, err)
		}
	}
	return nil
}

// request casts votes, benchInFlight at a time, up to the vote of that number. What there is
// room for goes out in one write, as from any client that has many votes.
func (v *voterProcess) request(conn *wire.Conn, end int64) error {
	var message []byte
	waiting := 0
	for more := true; more || waiting > 0; {
		for more && waiting < benchInFlight {
			i := v.last.Add(1)
			if more = i <= end; more {
				message = appendRequest(message[:0], i)
				conn.Queue(message)
				waiting++
			}
		}
		if err := conn.Flush(); err != nil {
			return err
		}
		for first := true; waiting > 0 && (first || conn.Ready()); first = false {
			answer, err := conn.Next()
			if err != nil || !bytes.Contains(answer, []byte(`"status":200`)) {
				return fmt.Errorf("%s, %w", answer, err)
			}
			waiting--
		}
	}
	return nil
}

func appendVote(b []byte, i int64) []byte {
	b = strconv.AppendInt(append(b, `{"username":"voter`...), i, 10)
	b = append(b, `","vote":"up","timestamp":`...)
	return append(protocol.TimestampOf(time.Now()).AppendJSON(b), '}')
}

func appendRequest(b []byte, i int64) []byte {
	b = strconv.AppendInt(append(b, `{"type":"request","id":"`...), i, 10)
	b = append(b, `","op":"votes.live","data":`...)
	return append(appendVote(b, i), '}')
}
