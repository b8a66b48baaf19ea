package actors_test

import (
	"bytes"
	"context"
	"iter"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"partyline/actors"
	"partyline/persistence"
	"partyline/protocol"
)

// noGlobalOrder fails every read of the global order while it is armed.
type noGlobalOrder struct {
	persistence.Journal
	armed *atomic.Bool
}

func (j noGlobalOrder) ReadAll(ctx context.Context, after persistence.Position) iter.Seq2[persistence.Record, error] {
	if j.armed.Load() {
		return func(yield func(persistence.Record, error) bool) {
			yield(persistence.Record{}, persistence.ErrUnavailable)
		}
	}
	return j.Journal.ReadAll(ctx, after)
}

// TestRouterThatCannotReadTriesOnceASecond: votes go on, and must not each cost a line in the
// log and a read.
func TestRouterThatCannotReadTriesOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		n.stop()
		var armed atomic.Bool
		n.wrapped = noGlobalOrder{n.journal, &armed}
		var out bytes.Buffer
		w := &syncWriter{w: &out}
		n.startWith(actors.Options{Log: zerolog.New(w)})
		id := n.hook(protocol.EventVoteReceived)
		rest(time.Second)
		armed.Store(true)
		for range 100 {
			n.vote()
			rest(100 * time.Millisecond)
		}
		w.mu.Lock()
		lines := strings.Count(out.String(), "webhooks' router cannot read the journal")
		w.mu.Unlock()
		if lines < 5 || lines > 12 {
			t.Errorf("%d lines in 10 seconds, want one a second", lines)
		}
		armed.Store(false)
		rest(time.Minute)
		if got := len(n.sender.log(id)); got != 100 {
			t.Errorf("%d deliveries when the journal can be read again, want 100", got)
		}
	})
}
