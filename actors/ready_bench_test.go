package actors_test

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"partyline/actors"
	"partyline/persistence/badger"
	"partyline/protocol"
)

var readyVotes = flag.Int("ready-votes", 1_000_000, "votes in the folder of BenchmarkReady")

// BenchmarkReady is the time from opening the folder to ready, and to the first answer about
// its session of a million votes: after a stop that had time to write snapshots, and after a
// crash.
func BenchmarkReady(b *testing.B) {
	for _, crashed := range []bool{false, true} {
		b.Run(map[bool]string{false: "stopped", true: "crashed"}[crashed], func(b *testing.B) {
			dir, id := manyVotes(b, crashed)
			for b.Loop() {
				start := time.Now()
				j, err := badger.Open(badger.Options{Dir: dir})
				if err != nil {
					b.Fatal(err)
				}
				h, err := actors.New(b.Context(), actors.Options{Journal: j})
				if err != nil {
					b.Fatal(err)
				}
				ready := time.Since(start)
				st, err := h.State(b.Context(), id)
				if err != nil || int(st.Seq) < *readyVotes {
					b.Fatal(st, err)
				}
				b.ReportMetric(float64(ready.Milliseconds()), "ready-ms")
				b.ReportMetric(float64(time.Since(start).Milliseconds()), "session-ms")
				b.StopTimer()
				_ = j.Close() // before the hub, so that it writes nothing and the next round finds the same
				_ = h.Close(b.Context())
				b.StartTimer()
			}
		})
	}
}

func manyVotes(b *testing.B, crashed bool) (string, protocol.SessionID) {
	b.Helper()
	dir := b.TempDir()
	j, err := badger.Open(badger.Options{Dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	h, err := actors.New(b.Context(), actors.Options{Journal: j})
	if err != nil {
		b.Fatal(err)
	}
	answer, err := h.Do(b.Context(), actors.Call{Command: protocol.CreateSession{}})
	if err != nil {
		b.Fatal(err)
	}
	id := answer.(protocol.Session).ID
	if _, err := h.Do(b.Context(), actors.Call{Command: protocol.AddGame{ID: id, GameID: 1}}); err != nil {
		b.Fatal(err)
	}
	ts := protocol.TimestampOf(time.Now())
	for round := range *readyVotes / 1000 {
		batch := &protocol.CastVotes{SessionID: id, Votes: make([]protocol.CastVote, 1000)}
		for i := range batch.Votes {
			batch.Votes[i] = protocol.CastVote{Username: fmt.Sprintf("voter%d-%d", round, i), Vote: protocol.VoteUp, Timestamp: ts.VoteTimestamp()}
		}
		if _, err := h.Do(b.Context(), actors.Call{Command: batch}); err != nil {
			b.Fatal(err)
		}
	}
	if crashed {
		_ = j.Close()
		_ = h.Close(b.Context())
		return dir, id
	}
	_ = h.Close(b.Context())
	_ = j.Close()
	return dir, id
}
