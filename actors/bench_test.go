package actors_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"partyline/actors"
	"partyline/persistence/badger"
	"partyline/protocol"
)

// BenchmarkVotes is the main job in process: durable votes on a real disk, with the
// check for duplicates, totals, events, and one subscriber to each session's feed.
func BenchmarkVotes(b *testing.B) {
	for _, c := range []struct{ sessions, clients int }{{1, 1}, {1, 64}, {1, 512}, {100, 64}, {100, 512}, {1000, 4000}} {
		b.Run(fmt.Sprintf("sessions=%d/clients=%d", c.sessions, c.clients), func(b *testing.B) {
			benchmarkVotes(b, c.sessions, c.clients)
		})
	}
}

func benchmarkVotes(b *testing.B, sessions, clients int) {
	commits := &commitCounter{}
	h := newBenchHub(b, commits)
	ids := make([]protocol.SessionID, sessions)
	var told atomic.Int64
	for i := range ids {
		ids[i] = benchSession(b, h, &told)
	}
	var next atomic.Int64
	took := make([][]time.Duration, clients)
	b.ReportAllocs()
	b.ResetTimer()
	before, committed := cpuTime(), commits.n.Load()
	var wg sync.WaitGroup
	for w := range clients {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				start := time.Now()
				benchVote(b, h, ids[i%int64(sessions)], i)
				took[w] = append(took[w], time.Since(start))
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	all := slices.Concat(took...)
	slices.Sort(all)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "votes/s")
	b.ReportMetric(float64(cpuTime()-before)/float64(b.N)/1000, "cpu-µs/vote")
	b.ReportMetric(float64(b.N)/float64(commits.n.Load()-committed), "votes/commit")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-ms")
}

// commitCounter counts commits.
type commitCounter struct{ n atomic.Int64 }

func (c *commitCounter) Committed(int, int, time.Duration) { c.n.Add(1) }
func (c *commitCounter) Failed(error)                      {}

func newBenchHub(b *testing.B, commits *commitCounter) *actors.Hub {
	b.Helper()
	j, err := badger.Open(badger.Options{Dir: b.TempDir(), Observer: commits})
	if err != nil {
		b.Fatal(err)
	}
	h, err := actors.New(b.Context(), actors.Options{Journal: j})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = h.Close(ctx)
		_ = j.Close()
	})
	return h
}

// benchSession opens a session with one game, and a subscriber that reads all its frames.
func benchSession(b *testing.B, h *actors.Hub, told *atomic.Int64) protocol.SessionID {
	b.Helper()
	answer, err := h.Do(b.Context(), actors.Call{Command: protocol.CreateSession{}})
	if err != nil {
		b.Fatal(err)
	}
	id := answer.(protocol.Session).ID
	if _, err := h.Do(b.Context(), actors.Call{Command: protocol.AddGame{ID: id, GameID: 1}}); err != nil {
		b.Fatal(err)
	}
	news := make(chan struct{}, 1)
	f, err := h.Watch(b.Context(), id, func() {
		select {
		case news <- struct{}{}:
		default:
		}
	})
	if err != nil {
		b.Fatal(err)
	}
	go func() {
		cursor := f.Head()
		var frames [][]byte
		for range news {
			for f.Head() > cursor {
				next, at, err := f.Frames(frames[:0], cursor, 64<<10)
				if err != nil {
					return
				}
				told.Add(int64(at - cursor))
				frames, cursor = next, at
			}
		}
	}()
	b.Cleanup(func() { close(news) })
	return id
}

func benchVote(b *testing.B, h *actors.Hub, id protocol.SessionID, i int64) {
	// Distinct names: nobody votes twice within a second.
	ts := protocol.TimestampOf(time.Now())
	_, err := h.Do(b.Context(), actors.Call{Command: &protocol.CastVote{
		SessionID: id, Username: fmt.Sprint("voter", i), Vote: protocol.VoteUp, Timestamp: ts.VoteTimestamp(),
	}})
	if err != nil {
		b.Error(err)
		runtime.Goexit()
	}
}
