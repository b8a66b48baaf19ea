package actors_test

import (
	"context"
	"iter"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"partyline/persistence"
	"partyline/protocol"
)

// readCounter counts how often the global order is read.
type readCounter struct {
	persistence.Journal
	reads atomic.Int64
}

func (j *readCounter) ReadAll(ctx context.Context, after persistence.Position) iter.Seq2[persistence.Record, error] {
	j.reads.Add(1)
	return j.Journal.ReadAll(ctx, after)
}

// TestOldBacklogIsReadOnce: counting what waits, and setting aside what has waited for
// too long, read the journal as often for a thousand old events as for one.
func TestOldBacklogIsReadOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		journal := &readCounter{Journal: n.journal}
		n.wrapped = journal
		n.restart()
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(status(404))
		for range 1000 {
			n.vote()
		}
		rest(time.Minute)
		n.away(31 * 24 * time.Hour)
		n.vote()
		rest(time.Second)
		before := journal.reads.Load()
		if h := n.health(id); h.QueueLength != 1 || !h.QueueLengthExact {
			t.Errorf("%+v, want only the new event", h)
		}
		if got := journal.reads.Load() - before; got > 10 {
			t.Errorf("the backlog was counted with %d reads of the journal", got)
		}
		n.sender.change(status(200))
		before = journal.reads.Load()
		rest(time.Hour)
		if h := n.health(id); h.QueueLength != 0 || h.Dead != 999 {
			t.Errorf("%+v, want what is old set aside", h)
		}
		if got := journal.reads.Load() - before; got > 100 {
			t.Errorf("what is old was set aside with %d reads of the journal", got)
		}
	})
}
