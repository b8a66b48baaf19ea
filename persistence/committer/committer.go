package committer

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"partyline/persistence"
)

// MinBatchBytes is the least a store must take in one batch: the largest append
// with the largest memo.
const MinBatchBytes = persistence.MaxAppendBytes + persistence.MaxAppendRecords*recordOverhead +
	persistence.MaxMemoBytes + persistence.MaxMemoKey + 2*groupOverhead + 2*persistence.MaxStreamName

// Options of a committer. Store is required.
type Options struct {
	Store Store
	// MaxBytes bounds one batch, overhead included; at least MinBatchBytes.
	MaxBytes int
	// Observer may be nil.
	Observer Observer
	Faults   Faults
	Log      zerolog.Logger
}

// Committer owns the queue of appends and the goroutine that empties it.
type Committer struct {
	store    Store
	observer Observer
	faults   Faults
	log      zerolog.Logger

	queue    *appendQueue
	done     chan struct{}
	head     atomic.Uint64
	failure  atomic.Pointer[failure]
	watchers watchers
	stalls   *stallDetector

	// What follows belongs to the committer's goroutine alone.
	time time.Time
	// headUnknown is set after a failed commit until the head was read from the store
	// again.
	headUnknown bool
	rejecting   bool
	commits     int
	// took is how long the store took for the last commit.
	took      time.Duration
	gathering gathering
	batcher   batcher
}

// New reads the head from the store and starts the committer's goroutine. Close ends it.
func New(o Options) (*Committer, error) {
	if o.MaxBytes < MinBatchBytes {
		return nil, fmt.Errorf("committer: batches of %d bytes, need %d", o.MaxBytes, MinBatchBytes)
	}
	stalls := newStallDetector(o.Log)
	c := &Committer{
		store:    o.Store,
		observer: o.Observer,
		faults:   o.Faults,
		log:      o.Log,
		queue:    newAppendQueue(stalls),
		done:     make(chan struct{}),
		stalls:   stalls,
		batcher:  batcher{store: o.Store, maxBytes: o.MaxBytes, streams: map[string]*streamState{}},
	}
	if err := c.reloadHead(); err != nil {
		return nil, fmt.Errorf("committer: head: %w", err)
	}
	go c.run()
	return c, nil
}

// Append queues the append and returns at once. After Close, Done is called with
// ErrClosed before Append returns, from the caller's goroutine.
func (c *Committer) Append(a persistence.Append) {
	if !c.queue.add(a) && a.Done != nil {
		a.Done(persistence.Outcome{Err: fmt.Errorf("append %s: %w", a.Stream, persistence.ErrClosed)})
	}
}

// Head is the position of the last committed record.
func (c *Committer) Head() persistence.Position {
	return persistence.Position(c.head.Load())
}

// Waiting is how long the oldest append without an outcome has been waiting, 0 when none
// is. Each part of a large record that is written begins a new wait.
func (c *Committer) Waiting() time.Duration { return c.stalls.age() }

// Close writes everything that is queued, refuses later appends, and returns when the
// goroutine has ended.
func (c *Committer) Close() {
	c.queue.close()
	<-c.done
}
