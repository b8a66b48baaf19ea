package committer

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"partyline/persistence"
)

// plans is what gathering says after some commits, of an append queued so long after the last.
func TestGatheringPlan(t *testing.T) {
	const sync = 250 * time.Microsecond
	type commit struct{ appends, arrived int }
	many := func(c commit) []commit {
		cs := make([]commit, 20)
		for i := range cs {
			cs[i] = c
		}
		return cs
	}
	for name, c := range map[string]struct {
		commits []commit
		took    time.Duration
		after   time.Duration // of the append, from the end of the last commit
		appends int
		wait    time.Duration // from when the append was queued
	}{
		"the first append":                {nil, 0, time.Second, 1, 0},
		"one writer that waits":           {many(commit{1, 0}), sync, 0, 1, 0},
		"two thousand a second":           {many(commit{2, 1}), sync, 0, 3, maxGather},
		"one that comes a little later":   {many(commit{3, 1}), sync, sync, 4, maxGather},
		"one that comes after a rest":     {many(commit{3, 1}), sync, time.Second, 1, 0},
		"full load":                       {many(commit{33, 31}), sync, -sync, enoughGathered, maxGather},
		"a fast disk":                     {many(commit{2, 1}), 20 * time.Microsecond, 0, 3, syncsGathered * 20 * time.Microsecond},
		"a writer that is alone by now":   {append(many(commit{2, 1}), many(commit{1, 0})...), sync, 0, 1, 0},
		"a store that takes no time":      {many(commit{2, 1}), 0, 0, 3, 0},
		"a disk slower than what is kept": {many(commit{2, 1}), time.Second, -time.Second / 2, 3, maxGather},
	} {
		t.Run(name, func(t *testing.T) {
			var g gathering
			now := int64(time.Hour)
			for _, done := range c.commits {
				now += int64(c.took)
				g.committed(done.appends, done.arrived, c.took, now)
			}
			queued := now + int64(c.after)
			appends, until := g.plan(queued)
			if appends != c.appends || until-queued != int64(c.wait) {
				t.Errorf("%d appends for %v, want %d for %v", appends, time.Duration(until-queued), c.appends, c.wait)
			}
		})
	}
}

// TestGatheringIsBounded: whatever was, no plan waits longer than maxGather, or for more
// appends than are known to be on their way or than are enough.
func TestGatheringIsBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var g gathering
		now := int64(1)
		for range rapid.IntRange(0, 30).Draw(t, "commits") {
			appends := rapid.IntRange(1, 100).Draw(t, "appends")
			arrived := rapid.IntRange(0, 100).Draw(t, "arrived")
			took := time.Duration(rapid.Int64Range(0, int64(time.Second)).Draw(t, "took"))
			now += rapid.Int64Range(0, int64(time.Second)).Draw(t, "pause")
			g.committed(appends, arrived, took, now)
			queued := now + rapid.Int64Range(-int64(took), int64(time.Second)).Draw(t, "queued")
			want, until := g.plan(queued)
			wait := time.Duration(until - queued)
			if want < 1 || want > min(appends+arrived, enoughGathered) || wait < 0 || wait > min(maxGather, syncsGathered*took) {
				t.Fatalf("%d appends for %v after %d+%d in %v", want, wait, appends, arrived, took)
			}
		}
	})
}

// slowStore takes some time for a commit, and notes how many records each had.
type slowStore struct {
	Store
	took    time.Duration
	mu      sync.Mutex
	batches []int
}

func (s *slowStore) Ready() error                                   { return nil }
func (s *slowStore) Last(string) (persistence.Seq, error)           { return 0, nil }
func (s *slowStore) Head() (persistence.Position, time.Time, error) { return 0, time.Time{}, nil }

func (s *slowStore) Commit(b *Batch) error {
	time.Sleep(s.took)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.batches = append(s.batches, b.Records)
	return nil
}

// appendTo appends one record and returns a channel that gives how long its outcome took.
func appendTo(c *Committer, stream string, expected int) <-chan time.Duration {
	begun, took := time.Now(), make(chan time.Duration, 1)
	c.Append(persistence.Append{
		Stream: stream, Expected: persistence.Seq(expected), Records: [][]byte{[]byte("vote")},
		Done: func(persistence.Outcome) { took <- time.Since(begun) },
	})
	return took
}

const slowSync = 250 * time.Microsecond

func newSlow(t *testing.T) (*Committer, *slowStore) {
	t.Helper()
	s := &slowStore{took: slowSync}
	c, err := New(Options{Store: s, MaxBytes: MinBatchBytes})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c, s
}

// TestLoneWriterNeverWaits: one that appends when it has its outcome, at once or after a while,
// waits for nothing but the store.
func TestLoneWriterNeverWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := newSlow(t)
		for i := range 100 {
			if took := <-appendTo(c, "s", i); took != slowSync {
				t.Fatalf("append %d took %v", i, took)
			}
			time.Sleep(time.Duration(i%3) * 50 * time.Microsecond)
		}
	})
}

// TestSteadyAppendsAreGathered: appends every 200 µs come to several a commit, and none waits
// longer than it may.
func TestSteadyAppendsAreGathered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newSlow(t)
		const appends = 1000
		var outcomes []<-chan time.Duration
		for i := range appends {
			outcomes = append(outcomes, appendTo(c, "s", i))
			time.Sleep(200 * time.Microsecond)
		}
		for i, took := range outcomes {
			if took, most := <-took, 2*slowSync+maxGather+200*time.Microsecond; took > most {
				t.Errorf("append %d took %v, want at most %v", i, took, most)
			}
		}
		if n := len(s.batches); n > 2*appends/5 { // at once, each commit would hold one or two
			t.Errorf("%d commits for %d appends", n, appends)
		}
		time.Sleep(time.Second)
		if took := <-appendTo(c, "s", appends); took != slowSync {
			t.Errorf("after a rest an append took %v", took)
		}
	})
}

// TestGatheringEndsWithTheWriters: the last append of many is committed, though no other comes
// to end its wait, and Close does not wait for it.
func TestGatheringEndsWithTheWriters(t *testing.T) {
	for _, closing := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			c, _ := newSlow(t)
			var last <-chan time.Duration
			for i := range 50 {
				last = appendTo(c, "s", i)
				time.Sleep(100 * time.Microsecond)
			}
			if closing {
				c.Close()
			}
			if took, most := <-last, 2*slowSync+maxGather; took > most {
				t.Errorf("closing %t: the last append took %v, want at most %v", closing, took, most)
			}
		})
	}
}
