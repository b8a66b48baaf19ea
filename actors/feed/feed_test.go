package feed_test

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"testing"

	"partyline/actors/feed"
	"partyline/protocol"
)

// Readers at every cursor of the ring, beside a writer, get each event once and in order, or
// ErrOverrun.
func TestConcurrentReadersSeeEveryEventOnce(t *testing.T) {
	const events = 20_000
	f := feed.New(1, 0)
	f.SetState(&protocol.SessionState{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			var frames [][]byte
			var at protocol.Seq
			for at < events {
				next, last, err := f.Frames(frames[:0], at, 10_000)
				if errors.Is(err, feed.ErrOverrun) {
					at = f.Oldest()
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if n := len(bytes.Join(next, nil)); n != int(last-at)*242 {
					t.Errorf("%d bytes for %d events", n, last-at)
					return
				}
				at, frames = last, next
			}
		})
	}
	event := bytes.Repeat([]byte("e"), 238)
	for i := 0; i < events; i += 10 {
		f.AddVote(up(1))
		f.Publish(event, event, event, event, event, event, event, event, event, event)
		if p, ok := f.Summary(); !ok || p.TallySeq != protocol.Seq(i+10) {
			t.Fatalf("tally as of %d after %d: %v", p.TallySeq, i, ok)
		}
	}
	readers.Wait()
}

func TestRingHoldsAboutAThousandEvents(t *testing.T) {
	f := feed.New(1, 0)
	for range 5000 {
		f.Publish(make([]byte, 230))
		if held := f.Head() - f.Oldest(); f.Head() > 2000 && (held < 800 || held > 1024) {
			t.Fatalf("%d events are held", held)
		}
	}
}

func TestReaderAtTheHeadCostsNoAllocation(t *testing.T) {
	f := feed.New(1, 41)
	f.Publish([]byte("{}"))
	dst := make([][]byte, 0, 4)
	if n := testing.AllocsPerRun(100, func() {
		if _, seq, err := f.Frames(dst[:0], 42, 1<<20); seq != 42 || err != nil {
			t.Fatal(seq, err)
		}
		if _, seq, err := f.Frames(dst[:0], 41, 1<<20); seq != 42 || err != nil {
			t.Fatal(seq, err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// up is an upvote.
func up(game protocol.GameID) protocol.LatestVote {
	return protocol.LatestVote{GameID: game, Vote: protocol.Vote{Username: "ann", Type: protocol.VoteUp}}
}

func TestSummaryIsEncodedOncePerChange(t *testing.T) {
	f := feed.New(1, 5)
	if _, ok := f.Summary(); ok || !f.Stale() {
		t.Fatal("a picture before there is a state")
	}
	f.SetState(&protocol.SessionState{Seq: 5})
	first, ok := f.Summary()
	if want := `{"type":"tally","sessionId":1,"seq":5,"games":[],"latest":[],"poll":null}`; !ok || !bytes.HasSuffix(first.Tally, []byte(want)) {
		t.Fatalf("first tally: %s", first.Tally)
	}
	if again, _ := f.Summary(); &again.Tally[0] != &first.Tally[0] || &again.Snapshot[0] != &first.Snapshot[0] {
		t.Error("the same picture was encoded twice")
	}
	f.AddVote(up(1))
	f.Publish([]byte("a vote"))
	if second, _ := f.Summary(); second.TallySeq != 6 || &second.Snapshot[0] != &first.Snapshot[0] {
		t.Errorf("a vote made %+v", second)
	}
}

func TestStaleFeedHasNoSummaryUntilThereIsAState(t *testing.T) {
	f := feed.New(1, 5)
	f.SetState(&protocol.SessionState{Seq: 5})
	f.MarkStale()
	if f.Stale() {
		t.Error("stale by what is not published")
	}
	f.Publish([]byte("a game was added"))
	f.AddVote(up(1))
	f.Publish([]byte("a vote for it"))
	if p, ok := f.Summary(); ok || !f.Stale() {
		t.Fatalf("shown: %+v", p)
	}
	f.SetState(&protocol.SessionState{Seq: 7, Tallies: []protocol.TallyGame{{ID: 1, Totals: protocol.NewTotals(41, 0), SessionUpvotes: 1}}})
	if p, ok := f.Summary(); !ok || p.SnapshotSeq != 7 || p.TallySeq != 7 || !bytes.Contains(p.Tally, []byte(`"upvotes":41`)) {
		t.Fatalf("%+v", p)
	}
}

func TestDeletedFeedShowsItsLastEvent(t *testing.T) {
	f := feed.New(1, 5)
	f.MarkStale()
	f.MarkDeleted()
	f.Publish([]byte("something"), []byte("the end"))
	f.Close()
	f.SetState(&protocol.SessionState{Seq: 9})
	if p, ok := f.Summary(); !ok || !bytes.HasSuffix(p.Snapshot, []byte("\athe end")) || p.SnapshotSeq != 7 || p.TallySeq != 7 || p.Tally != nil {
		t.Fatalf("%v %+v", ok, p)
	}
}

// A long state is encoded beside the writer, and a newer one may come meanwhile.
func TestSummariesWhileStatesChange(t *testing.T) {
	const changes = 500
	f := feed.New(1, 0)
	f.SetState(&protocol.SessionState{})
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			var before feed.Summary
			for before.SnapshotSeq < changes {
				p, ok := f.Summary()
				if !ok {
					continue
				}
				if p.SnapshotSeq < before.SnapshotSeq || p.TallySeq < max(before.TallySeq, p.SnapshotSeq) ||
					!bytes.Contains(p.Snapshot, fmt.Appendf(nil, `"seq":%d,"recovered":true`, p.SnapshotSeq)) {
					t.Errorf("%d, %d after %d, %d", p.SnapshotSeq, p.TallySeq, before.SnapshotSeq, before.TallySeq)
					return
				}
				before = p
			}
		})
	}
	for seq := protocol.Seq(1); seq <= changes; seq++ {
		f.MarkStale()
		f.Publish([]byte("news"))
		f.SetState(&protocol.SessionState{Seq: seq, Games: make([]protocol.SessionGame, 20)})
	}
	readers.Wait()
}

func BenchmarkPublishBatch(b *testing.B) {
	f := feed.New(1, 0)
	event := bytes.Repeat([]byte("e"), 230)
	batch := make([][]byte, 500)
	for i := range batch {
		batch[i] = event
	}
	b.ReportAllocs()
	for b.Loop() {
		for range batch {
			f.AddVote(up(1))
		}
		f.Publish(batch...)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(batch)), "ns/event")
}

func BenchmarkFramesOneBehind(b *testing.B) {
	f := feed.New(1, 0)
	event := bytes.Repeat([]byte("e"), 230)
	for range 2000 {
		f.Publish(event)
	}
	var dst [][]byte
	b.ReportAllocs()
	for b.Loop() {
		dst, _, _ = f.Frames(dst[:0], 1999, 1<<16)
	}
}
