package gateway_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	sdk "go.opentelemetry.io/otel/sdk/metric"

	"partyline/actors"
	"partyline/gateway"
	"partyline/persistence/badger"
	"partyline/protocol"
)

// BenchmarkVotesByREST has 64 keep-alive connections cast votes as fast as they are
// answered, and has the same clients post the same to a bare handler, which is the least that
// net/http costs, in turns. The clients are another process: CPU and allocations are the
// server's, of a vote with its commit, and of a request to the bare handler.
func BenchmarkVotesByREST(b *testing.B) {
	h, token := benchServer(b)
	floor := floorServer(b, h, token)
	clients := startClients(b)
	compareCosts(b, "rest", "floor",
		func(n int) { clients.vote(order{Addr: h.addr(), Token: token, Votes: n}) },
		func(n int) { clients.vote(order{Addr: floor, Token: token, Votes: n}) })
}

// BenchmarkVotesBySocket has 8 sockets keep 64 votes in flight each, and has 512 goroutines
// cast as many with the hub itself, in turns.
func BenchmarkVotesBySocket(b *testing.B) {
	h, token := benchServer(b)
	clients := startClients(b)
	var cast atomic.Int64
	compareCosts(b, "socket", "engine",
		func(n int) { clients.vote(order{Addr: h.addr(), Token: token, BySocket: true, Votes: n}) },
		func(n int) { h.castInProcess(n, &cast) })
}

// castInProcess casts n votes with the hub, as many at a time as the sockets have in flight.
func (h *testServer) castInProcess(n int, cast *atomic.Int64) {
	last := cast.Load() + int64(n)
	eachOf(benchSockets*benchInFlight, func(int) {
		for i := cast.Add(1); i <= last; i = cast.Add(1) {
			at := protocol.TimestampOf(time.Now())
			vote := &protocol.CastVote{Username: "inprocess" + strconv.FormatInt(i, 10), Vote: protocol.VoteUp, Timestamp: at.VoteTimestamp()}
			if _, err := h.hub.Do(context.Background(), actors.Call{Command: vote}); err != nil {
				h.t.Error(err)
				return
			}
		}
	})
	cast.Store(last)
}

// benchServer is a server as it runs, with a journal on a disk and metrics, a game that is
// voted on, and a bot's token.
func benchServer(b *testing.B) (*testServer, string) {
	b.Helper()
	j, err := badger.Open(badger.Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	meter := sdk.NewMeterProvider(sdk.WithReader(sdk.NewManualReader())).Meter("")
	h := newTestServerWith(b, j, func(o *actors.Options) { o.Meter = meter }, func(o *gateway.Options) { o.Meter = meter })
	h.opened()
	return h, h.scoped("bot", 0)
}

func (h *testServer) addr() string { return strings.TrimPrefix(h.url, "http://") }

// floor is the least that net/http costs: it reads the body, looks the token up in a map, and
// answers.
type floor struct {
	mu     sync.RWMutex
	tokens map[string]bool
	answer []byte
}

// floorServer serves a floor that answers as many bytes as a vote by REST, and returns its
// address.
func floorServer(b *testing.B, h *testServer, token string) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	addr := l.Addr().String()
	f := &floor{tokens: map[string]bool{"Bearer " + token: true}, answer: make([]byte, 100)}
	server := &http.Server{Handler: f}
	go func() { _ = server.Serve(l) }() // ends with the server
	b.Cleanup(func() { _ = server.Close() })
	f.answer = make([]byte, len(f.answer)+answerLength(b, h.addr(), token)-answerLength(b, addr, token))
	return addr
}

func (f *floor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	f.mu.RLock()
	ok := f.tokens[r.Header.Get("Authorization")]
	f.mu.RUnlock()
	if err != nil || !ok || len(body) == 0 {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(f.answer)
}

// answerLength posts a vote and returns how long the whole answer is, in bytes.
func answerLength(b *testing.B, addr, token string) int {
	b.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	body := voteOf("length", 1)
	_, _ = fmt.Fprintf(conn, "POST /api/votes/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", token, len(body), body)
	var whole bytes.Buffer
	if !readOK(b, bufio.NewReader(io.TeeReader(conn, &whole))) {
		b.FailNow()
	}
	return whole.Len()
}

// costs are what one round cost for each vote.
type costs struct{ cpuMicros, allocs, perSecond float64 }

// compareRounds is how often both ways take turns. Figures are medians, so that one round in
// which the machine did something else does not matter.
const compareRounds = 9

// compareCosts has both ways cast b.N votes in turns, and reports the costs of a vote and how
// many times as much CPU the first takes.
func compareCosts(b *testing.B, one, other string, castOne, castOther func(n int)) {
	b.Helper()
	castOne(1)
	castOther(1)
	each := b.N/compareRounds + 1
	var ofOne, ofOther []costs
	b.ResetTimer()
	for range compareRounds {
		ofOne = append(ofOne, measureCosts(each, castOne))
		ofOther = append(ofOther, measureCosts(each, castOther))
	}
	b.StopTimer()
	reportCosts(b, one, ofOne)
	reportCosts(b, other, ofOther)
	b.ReportMetric(medianOf(ofOne, costs.cpu)/medianOf(ofOther, costs.cpu), one+"/"+other)
	b.ReportMetric(0, "ns/op") // of both together, which says nothing
}

func measureCosts(n int, cast func(n int)) costs {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	used, began := cpu(), time.Now()
	cast(n)
	took := time.Since(began)
	used = cpu() - used
	runtime.ReadMemStats(&after)
	return costs{float64(used.Microseconds()) / float64(n), float64(after.Mallocs-before.Mallocs) / float64(n), float64(n) / took.Seconds()}
}

func reportCosts(b *testing.B, way string, all []costs) {
	b.ReportMetric(medianOf(all, costs.cpu), way+"-cpu-µs/vote")
	b.ReportMetric(medianOf(all, costs.allocations), way+"-allocs/vote")
	b.ReportMetric(medianOf(all, costs.rate), way+"-votes/s")
}

func (c costs) cpu() float64         { return c.cpuMicros }
func (c costs) allocations() float64 { return c.allocs }
func (c costs) rate() float64        { return c.perSecond }

func medianOf(all []costs, figure func(costs) float64) float64 {
	figures := make([]float64, len(all))
	for i, c := range all {
		figures[i] = figure(c)
	}
	slices.Sort(figures)
	return figures[len(figures)/2]
}

// voteOf makes names that do not repeat within a second.
func voteOf(who string, i int64) string {
	return fmt.Sprintf(`{"username":"%s_%d","vote":"up","timestamp":"%s"}`, who, i, now())
}

func readOK(b *testing.B, r *bufio.Reader) bool {
	length := 0
	for first := true; ; first = false {
		line, err := r.ReadString('\n')
		if err != nil || (first && !strings.HasPrefix(line, "HTTP/1.1 200")) {
			b.Errorf("%q %v", line, err)
			return false
		}
		if n, ok := strings.CutPrefix(line, "Content-Length: "); ok {
			length, _ = strconv.Atoi(strings.TrimSpace(n))
		}
		if line == "\r\n" {
			_, err := io.CopyN(io.Discard, r, int64(length))
			return err == nil
		}
	}
}

func eachOf(n int, f func(int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { f(i) })
	}
	all.Wait()
}

// cpu is what the process has used so far.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
