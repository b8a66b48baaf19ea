package committer_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"partyline/persistence"
	"partyline/persistence/committer"
)

// notebook is a store that remembers batches. Its fields are set before the
// committer's goroutine can see them.
type notebook struct {
	head    persistence.Position
	time    time.Time
	last    map[string]persistence.Seq
	batches []string
	bytes   []int
	headErr error
	lastErr error
	// stage is called for each part, of which every large record has parts.
	stage func(part int)
	parts int
	// readies are the next answers of Ready; after them it is always ready.
	readies []error
}

func (n *notebook) Ready() (err error) {
	if len(n.readies) > 0 {
		err, n.readies = n.readies[0], n.readies[1:]
	}
	return err
}

func (n *notebook) Last(stream string) (persistence.Seq, error) { return n.last[stream], n.lastErr }

func (n *notebook) Head() (persistence.Position, time.Time, error) { return n.head, n.time, n.headErr }

func (n *notebook) WritePart(stream string, _ persistence.Seq, _ []byte, part int) (more bool, err error) {
	n.batches = append(n.batches, stream+"/part ")
	if n.stage != nil {
		n.stage(part)
	}
	return part+1 < n.parts, nil
}

func (n *notebook) Commit(b *committer.Batch) error {
	if n.last == nil {
		n.last = map[string]persistence.Seq{}
	}
	line := ""
	for _, g := range b.Groups {
		n.last[g.Stream] += persistence.Seq(len(g.Records))
		line += g.Stream + ":"
		for _, r := range g.Records {
			line += string(r[:1])
		}
		line += " "
	}
	n.batches = append(n.batches, line)
	n.bytes = append(n.bytes, b.Bytes)
	n.head += persistence.Position(b.Records)
	n.time = b.Time
	return nil
}

func start(t *testing.T, o committer.Options) *committer.Committer {
	t.Helper()
	if o.MaxBytes == 0 {
		o.MaxBytes = committer.MinBatchBytes
	}
	c, err := committer.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// TestQueuedAppendsAreOneBatch queues behind a commit that is held up.
func TestQueuedAppendsAreOneBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		held := make(chan struct{})
		n := &notebook{}
		c := start(t, committer.Options{Store: n, Faults: committer.Faults{BeforeCommit: func(int) error {
			<-held
			return nil
		}}})
		add := func(stream string, expected persistence.Seq, data string) {
			c.Append(persistence.Append{Stream: stream, Expected: expected, Records: [][]byte{[]byte(data)}})
		}
		add("a", 0, "1")
		synctest.Wait()
		add("b", 0, "1")
		add("a", 1, "2")
		add("b", 1, "2")
		add("a", 2, "3")
		close(held)
		synctest.Wait()
		if want := []string{"a:1 ", "b:12 a:23 "}; !slices.Equal(n.batches, want) {
			t.Fatalf("%q, want %q", n.batches, want)
		}
	})
}

func TestBatchIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		held := make(chan struct{})
		n := &notebook{}
		c := start(t, committer.Options{Store: n, Faults: committer.Faults{BeforeCommit: func(int) error {
			<-held
			return nil
		}}})
		c.Append(persistence.Append{Stream: "first", Records: [][]byte{[]byte("x")}})
		synctest.Wait()
		const size = committer.MinBatchBytes / 4 // Three fit with their overhead, four do not.
		for i := range persistence.Seq(7) {
			c.Append(persistence.Append{Stream: "a", Expected: i, Records: [][]byte{make([]byte, size)}})
		}
		close(held)
		synctest.Wait()
		if want := []int{1, 3 * size, 3 * size, size}; !slices.Equal(n.bytes, want) {
			t.Fatalf("batches of %v bytes, want %v", n.bytes, want)
		}
	})
}

func TestTimeNeverGoesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		future := time.Now().UTC().Add(time.Hour).Truncate(time.Millisecond)
		n := &notebook{head: 5, time: future}
		c := start(t, committer.Options{Store: n})
		c.Append(persistence.Append{Stream: "a", Records: [][]byte{[]byte("x")}})
		synctest.Wait()
		if !n.time.Equal(future) || c.Head() != 6 {
			t.Fatalf("committed at %s, head %d; want the time of the commit before, %s", n.time, c.Head(), future)
		}
	})
}

func TestUnknownHeadIsReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &notebook{}
		sick := errors.New("sick")
		fail := true
		c := start(t, committer.Options{Store: n, Faults: committer.Faults{BeforeCommit: func(int) error {
			if fail {
				return sick
			}
			return nil
		}}})
		var got []error
		add := func() {
			c.Append(persistence.Append{Stream: "a", Records: [][]byte{[]byte("x")},
				Done: func(o persistence.Outcome) { got = append(got, o.Err) }})
			synctest.Wait()
		}
		n.headErr = errors.New("no head")
		add()
		fail = false
		add()
		n.headErr = nil
		add()
		if len(got) != 3 || !errors.Is(got[0], sick) || !errors.Is(got[1], n.headErr) && !errors.Is(got[1], persistence.ErrUnavailable) || got[2] != nil {
			t.Fatalf("%v; want sick, unavailable, nil", got)
		}
		if len(n.batches) != 1 || c.Head() != 1 {
			t.Fatalf("%q, head %d; nothing may be written without a head", n.batches, c.Head())
		}
	})
}

func TestDamagedStreamIsNotUnavailable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, committer.Options{Store: &notebook{lastErr: persistence.ErrCorrupt}})
		var got error
		c.Append(persistence.Append{Stream: "a", Done: func(o persistence.Outcome) { got = o.Err }})
		synctest.Wait()
		if !errors.Is(got, persistence.ErrCorrupt) || errors.Is(got, persistence.ErrUnavailable) {
			t.Fatalf("%v, want corrupt alone", got)
		}
	})
}

func TestStoreTooSmallForOneAppend(t *testing.T) {
	if _, err := committer.New(committer.Options{Store: &notebook{}, MaxBytes: committer.MinBatchBytes - 1}); err == nil {
		t.Fatal("accepted")
	}
	sick := errors.New("sick")
	if _, err := committer.New(committer.Options{Store: &notebook{headErr: sick}, MaxBytes: committer.MinBatchBytes}); !errors.Is(err, sick) {
		t.Fatalf("%v, want the store's error", err)
	}
}

type tallies struct {
	records, bytes int
	failed         []error
}

func (o *tallies) Committed(records, bytes int, _ time.Duration) {
	o.records += records
	o.bytes += bytes
}
func (o *tallies) Failed(err error) { o.failed = append(o.failed, err) }

func TestObserverIsToldOfEveryCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, sick := &tallies{}, errors.New("sick")
		c := start(t, committer.Options{Store: &notebook{}, Observer: o, Faults: committer.Faults{BeforeCommit: func(n int) error {
			if n == 2 {
				return sick
			}
			return nil
		}}})
		for _, expected := range []persistence.Seq{0, 2, 2} {
			c.Append(persistence.Append{Stream: "a", Expected: expected, Records: [][]byte{[]byte("abc"), []byte("d")}})
			synctest.Wait()
		}
		if o.records != 4 || o.bytes != 8 || len(o.failed) != 1 || !errors.Is(o.failed[0], sick) {
			t.Fatalf("%+v, want 4 records of 8 bytes and one failure", o)
		}
	})
}
