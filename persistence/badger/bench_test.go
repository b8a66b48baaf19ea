package badger_test

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"partyline/persistence"
	"partyline/persistence/badger"
)

// BenchmarkAppend has clients that each wait for their append to be durable before
// the next, as voters do. The appends of one stream are pipelined, as a session's are.
func BenchmarkAppend(b *testing.B) {
	for _, streams := range []int{1, 100} {
		for _, clients := range []int{64, 512} {
			b.Run(fmt.Sprintf("streams=%d/clients=%d", streams, clients), func(b *testing.B) {
				benchmarkAppend(b, streams, clients)
			})
		}
	}
}

// writer is a stream with the sequence its next append expects.
type writer struct {
	mu       sync.Mutex
	name     string
	expected persistence.Seq
}

func (w *writer) append(j *badger.Journal, records [][]byte, done func(persistence.Outcome)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	j.Append(persistence.Append{Stream: w.name, Expected: w.expected, Records: records, Done: done})
	w.expected++
}

func benchmarkAppend(b *testing.B, streams, clients int) {
	dir := b.TempDir()
	j := open(b, badger.Options{Dir: dir})
	writers := make([]*writer, streams)
	for i := range writers {
		writers[i] = &writer{name: fmt.Sprintf("session/%d", i)}
	}
	took := make([][]time.Duration, clients)
	var all sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	for c := range clients {
		n := b.N / clients
		if c < b.N%clients {
			n++
		}
		took[c] = make([]time.Duration, 0, n)
		all.Go(func() { took[c] = client(b, j, writers, c, n, took[c]) })
	}
	all.Wait()
	b.StopTimer()
	latencies := slices.Concat(took...)
	slices.Sort(latencies)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
	b.ReportMetric(float64(latencies[len(latencies)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(latencies[len(latencies)*99/100].Microseconds()), "p99-µs")
	if err := j.Close(); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(folderSize(b, dir))/float64(b.N), "disk-B/record")
}

func client(b *testing.B, j *badger.Journal, writers []*writer, c, n int, took []time.Duration) []time.Duration {
	outcome := make(chan error, 1)
	done := func(o persistence.Outcome) { outcome <- o.Err }
	records := [][]byte{vote(c)}
	for i := range n {
		begun := time.Now()
		writers[(c+i)%len(writers)].append(j, records, done)
		if err := <-outcome; err != nil {
			b.Error(err)
			return took
		}
		took = append(took, time.Since(begun))
	}
	return took
}

// vote is 300 bytes, about half of them the same in every vote.
func vote(c int) []byte {
	r := rand.New(rand.NewPCG(uint64(c), 1))
	text := fmt.Sprintf(`{"id":"%016x%016x","type":"vote.received","session":"%016x","data":{"game":"%016x","voter":"%016x%016x","choice":"up","at":"2026-01-01T00:00:00.000Z"},"padding":"`,
		r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64())
	for len(text) < 298 {
		text += "x"
	}
	return []byte(text + `"}`)
}

func folderSize(b testing.TB, dir string) (size int64) {
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := os.Stat(path)
		if err == nil {
			size += info.Size()
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return size
}
