package feed_test

import (
	"bytes"
	"errors"
	"sync"
	"testing"

	"partyline/actors/feed"
	"partyline/protocol"
)

// Readers at every place of the ring, beside a writer: each must see each event
// once and in order, or be told that it is gone.
func TestConcurrentReadersSeeEveryEventOnce(t *testing.T) {
	const events = 20_000
	f := feed.New(1, 0)
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			var frames [][]byte
			var at protocol.Seq
			for at < events {
				next, last, err := f.Frames(frames[:0], at, 10_000)
				if errors.Is(err, feed.ErrGone) {
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
		f.AddVote(1, true)
		f.Publish(event, event, event, event, event, event, event, event, event, event)
		if frame, seq := f.Tally(protocol.Seq(i)); frame == nil || seq != protocol.Seq(i+10) {
			t.Fatalf("tally as of %d after %d", seq, i)
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

func TestTallyIsEncodedOncePerChange(t *testing.T) {
	f := feed.New(1, 5)
	if frame, _ := f.Tally(0); frame != nil {
		t.Fatal("a tally before there is one")
	}
	f.SetTally(5, nil)
	first, _ := f.Tally(0)
	if !bytes.HasSuffix(first, []byte(`{"type":"tally","sessionId":1,"seq":5,"games":[]}`)) {
		t.Fatalf("first tally: %s", first)
	}
	if again, _ := f.Tally(0); &again[0] != &first[0] {
		t.Error("the same tally was encoded twice")
	}
	f.Publish([]byte("an event that is no vote"))
	if frame, _ := f.Tally(5); frame != nil {
		t.Error("an event without votes made a tally")
	}
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
			f.AddVote(1, true)
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
