package gateway_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"partyline/gateway"
)

// BenchmarkVotesByREST has 64 keep-alive connections cast votes as fast as they are
// answered. The clients write and read bytes, so that they cost little beside the server.
func BenchmarkVotesByREST(b *testing.B) {
	h, token := benchServer(b)
	var n atomic.Int64
	before := cpu()
	b.ResetTimer()
	eachOf(64, func(worker int) {
		conn, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
		if err != nil {
			b.Error(err)
			return
		}
		defer func() { _ = conn.Close() }()
		r := bufio.NewReader(conn)
		for n.Add(1) <= int64(b.N) {
			body := voteOf(worker, n.Load())
			_, _ = fmt.Fprintf(conn, "POST /api/votes/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", token, len(body), body)
			if !readOK(b, r) {
				return
			}
		}
	})
	report(b, before)
}

// BenchmarkVotesBySocket has 8 sockets keep 64 votes in flight each.
func BenchmarkVotesBySocket(b *testing.B) {
	h, token := benchServer(b)
	before := cpu()
	b.ResetTimer()
	each := b.N/8 + 1
	eachOf(8, func(worker int) {
		k := (&testServer{t: h.t, url: h.url}).benchDial(b, token)
		places := make(chan struct{}, 64)
		go func() {
			for i := range each {
				places <- struct{}{}
				m := `{"type":"request","id":"` + strconv.Itoa(i) + `","op":"votes.live","data":` + voteOf(worker, int64(i)) + `}`
				if err := k.Write(b.Context(), websocket.MessageText, []byte(m)); err != nil {
					b.Error(err)
					return
				}
			}
		}()
		for range each {
			_, m, err := k.Read(b.Context())
			if err != nil || !strings.Contains(string(m), `"status":200`) {
				b.Errorf("%s %v", m, err)
				return
			}
			<-places
		}
		_ = k.CloseNow()
	})
	report(b, before)
}

func benchServer(b *testing.B) (*testServer, string) {
	b.Helper()
	h := newTestServer(b, func(*gateway.Options) {})
	h.opened()
	return h, h.scoped("bot", 0)
}

func (h *testServer) benchDial(b *testing.B, token string) *websocket.Conn {
	b.Helper()
	k, _, err := websocket.Dial(b.Context(), strings.Replace(h.url, "http", "ws", 1)+"/api/sessions/live", nil)
	if err != nil {
		b.Fatal(err)
	}
	if err := k.Write(b.Context(), websocket.MessageText, []byte(`{"type":"auth","token":"`+token+`"}`)); err != nil {
		b.Fatal(err)
	}
	if _, _, err := k.Read(b.Context()); err != nil {
		b.Fatal(err)
	}
	return k
}

// voteOf makes names that do not repeat within a second.
func voteOf(worker int, i int64) string {
	return fmt.Sprintf(`{"username":"v%d_%d","vote":"up","timestamp":"%s"}`, worker, i, now())
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

// cpu is what the process, server and clients, has used so far.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func report(b *testing.B, before time.Duration) {
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "votes/s")
	b.ReportMetric(float64((cpu()-before).Microseconds())/float64(b.N), "cpu-µs/vote")
}
