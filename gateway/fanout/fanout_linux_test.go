package fanout_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"partyline/gateway/fanout"
)

// fanoutServer is what a benchmark publishes to: the engine, or the usual code it replaces.
type fanoutServer struct {
	address string
	// publish sends the next n events; the benchmark's caller knows when all are subscribed.
	publish     func(n int)
	subscribers func() int
	close       func()
	writes      func() int64
}

// Five thousand clients that connect at once are all accepted, subscribed, and sent every
// event.
func TestFiveThousandConnectsAtOnce(t *testing.T) {
	const n = 5000
	ts := newServer(t, fanout.Options{}, 1)
	pools := make([]*poolProcess, 10)
	var all sync.WaitGroup
	for i := range pools {
		all.Go(func() { pools[i] = startPool(t, ts.server.Listener.Addr().String(), n/len(pools), "events") })
	}
	all.Wait()
	eventually(t, "all subscribed", func() bool { return ts.engine.Stats().Subscriptions == n })
	for range 20 {
		ts.hub.publish(1, 1)
	}
	eventually(t, "all written", func() bool { return ts.engine.Stats().Deliveries == 20*n })
	if s := ts.engine.Stats(); s.Connections != n || s.CatchupSnapshots != 0 || s.ClosedSlow != 0 {
		t.Errorf("%+v", s)
	}
	got := int64(0)
	for _, p := range pools {
		r := p.stop()
		if got += r.Deliveries; r.Wrong != 0 || r.Newest != 21 {
			t.Errorf("%+v", r)
		}
	}
	if got != 20*n {
		t.Errorf("%d events were received", got)
	}
}

func BenchmarkFanout(b *testing.B) {
	for _, load := range []struct{ n, rate int }{{1000, 60}, {1000, 250}, {1000, 500}, {1000, 2000}, {5000, 20}, {5000, 60}} {
		for name, start := range map[string]func(testing.TB) fanoutServer{"engine": engineFanout, "goroutines": goroutineFanout} {
			b.Run(fmt.Sprintf("%s/%dx%d", name, load.n, load.rate), func(b *testing.B) { publishAtRate(b, start(b), load.n, load.rate, "events") })
		}
	}
	b.Run("engine/tally/5000x5000", func(b *testing.B) { publishAtRate(b, engineFanout(b), 5000, 5000, "tally") })
}

// publishAtRate publishes at a rate for a few seconds and reports what the clients received.
func publishAtRate(b *testing.B, s fanoutServer, n, rate int, mode string) {
	defer s.close()
	p := startPool(b, s.address, n, mode)
	eventually(b, "all subscribed", func() bool { return s.subscribers() == n })
	runtime.GC()
	for b.Loop() {
		cpu, writes, begin := cpuTime(), s.writes(), time.Now()
		const lasts = 4 * time.Second
		published := 0
		tick := time.NewTicker(max(time.Second/time.Duration(rate), 2*time.Millisecond))
		for time.Since(begin) < lasts {
			<-tick.C
			due := int(time.Since(begin).Seconds() * float64(rate))
			s.publish(due - published)
			published = due
		}
		tick.Stop()
		took := time.Since(begin)
		cpu, writes = cpuTime()-cpu, s.writes()-writes
		r := p.stop()
		if r.Wrong > 0 {
			b.Errorf("%+v", r)
		}
		b.ReportMetric(float64(r.Deliveries)/took.Seconds(), "deliveries/s")
		b.ReportMetric(float64(cpu.Nanoseconds())/float64(max(r.Deliveries, 1)), "cpu-ns/delivery")
		b.ReportMetric(float64(r.P50.Microseconds())/1000, "p50-ms")
		b.ReportMetric(float64(r.P99.Microseconds())/1000, "p99-ms")
		b.ReportMetric(float64(r.Deliveries)/float64(max(writes, 1)), "deliveries/write")
		b.ReportMetric(100*float64(cpu)/float64(took), "%cpu")
		b.ReportMetric(float64(r.Snapshots), "snapshots")
	}
}

func engineFanout(t testing.TB) fanoutServer {
	ts := newServer(t, fanout.Options{}, 1)
	return fanoutServer{
		address:     ts.server.Listener.Addr().String(),
		publish:     func(n int) { ts.hub.publishPadded(1, n, 145) },
		subscribers: func() int { return int(ts.engine.Stats().Subscriptions) },
		close:       func() { ts.engine.Close() },
		writes:      func() int64 { return ts.engine.Stats().Writes },
	}
}

// goroutineFanout is the usual way: a goroutine and a queue for each connection, and the
// library's Write.
func goroutineFanout(t testing.TB) fanoutServer {
	var mu sync.Mutex
	queues := map[chan []byte]bool{}
	seq := 1
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		queue := make(chan []byte, 1024)
		go func() {
			for {
				select {
				case m := <-queue:
					if ws.Write(ctx, websocket.MessageText, m) != nil {
						return
					}
				case <-ctx.Done():
					return
				}
			}
		}()
		for {
			if _, _, err := ws.Read(ctx); err != nil {
				break
			}
			mu.Lock()
			queues[queue] = true
			mu.Unlock()
		}
		mu.Lock()
		delete(queues, queue)
		mu.Unlock()
	}))
	written := int64(0)
	return fanoutServer{
		address: server.Listener.Addr().String(),
		publish: func(n int) {
			mu.Lock()
			defer mu.Unlock()
			for range n {
				seq++
				m := event(1, 0, 145) // without seq: its losses are not counted
				for q := range queues {
					select {
					case q <- m:
						written++
					default:
					}
				}
			}
		},
		subscribers: func() int { mu.Lock(); defer mu.Unlock(); return len(queues) },
		close:       server.Close,
		writes:      func() int64 { mu.Lock(); defer mu.Unlock(); return written },
	}
}

// BenchmarkIdleConnections measures the memory of an idle connection, with the engine and with
// the library alone.
func BenchmarkIdleConnections(b *testing.B) {
	const n = 5000
	for name, start := range map[string]func(testing.TB) fanoutServer{"engine": engineFanout, "goroutines": goroutineFanout} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				s := start(b)
				debug.FreeOSMemory()
				before := resident(b)
				p := startPool(b, s.address, n, "events")
				eventually(b, "all subscribed", func() bool { return s.subscribers() == n })
				debug.FreeOSMemory()
				b.ReportMetric(float64(resident(b)-before)/n/1024, "KiB/connection")
				p.stop()
				s.close()
			}
		})
	}
}

// cpuTime is the CPU time that this process has used.
func cpuTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// resident is this process's resident memory in bytes.
func resident(t testing.TB) int64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	pages, _ := strconv.ParseInt(strings.Fields(string(b))[1], 10, 64)
	return pages * int64(os.Getpagesize())
}
