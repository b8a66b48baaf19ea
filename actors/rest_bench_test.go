package actors_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"partyline/actors"
	"partyline/persistence/badger"
	"partyline/protocol"
)

// BenchmarkSessionsAtRest is what a closed session that nobody looks at holds in memory: the
// heap of a hub that starts with two thousand sessions more, of five games and a hundred votes each.
func BenchmarkSessionsAtRest(b *testing.B) {
	const few, many = 500, 2500
	dir := b.TempDir()
	for b.Loop() {
		addClosedSessions(b, dir, few)
		before := heapOfHub(b, dir)
		addClosedSessions(b, dir, many-few)
		b.ReportMetric(float64(heapOfHub(b, dir)-before)/(many-few), "B/session")
	}
}

func addClosedSessions(b *testing.B, dir string, n int) {
	withDiskHub(b, dir, func(h *actors.Hub) {
		for range n {
			id := do[protocol.Session](b, h, protocol.CreateSession{}).ID
			for game := range protocol.GameID(5) {
				do[protocol.SessionGame](b, h, protocol.AddGame{ID: id, GameID: 1 + game})
				votes := &protocol.CastVotes{SessionID: id, Votes: make([]protocol.CastVote, 20)}
				now := protocol.TimestampOf(time.Now()).VoteTimestamp()
				for i := range votes.Votes {
					votes.Votes[i] = protocol.CastVote{Username: fmt.Sprint(game, i), Vote: protocol.VoteUp, Timestamp: now}
				}
				do[*protocol.BatchResult](b, h, votes)
			}
			do[protocol.Session](b, h, protocol.CloseSession{ID: id})
		}
	})
}

// heapOfHub is the heap in use of a hub that has just started, for the second time: the first
// start may leave a memtable more behind.
func heapOfHub(b *testing.B, dir string) (bytes int64) {
	withDiskHub(b, dir, func(*actors.Hub) {})
	withDiskHub(b, dir, func(*actors.Hub) {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC() // what has a finalizer takes two
		runtime.ReadMemStats(&m)
		bytes = int64(m.HeapAlloc)
	})
	return bytes
}

func withDiskHub(b *testing.B, dir string, f func(*actors.Hub)) {
	b.Helper()
	j, err := badger.Open(badger.Options{Dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	h, err := actors.New(b.Context(), actors.Options{Journal: j})
	if err != nil {
		b.Fatal(err)
	}
	f(h)
	if err := h.Close(b.Context()); err != nil {
		b.Fatal(err)
	}
	if err := j.Close(); err != nil {
		b.Fatal(err)
	}
}
