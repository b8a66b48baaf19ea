package actors_test

import (
	"context"
	"iter"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"partyline/persistence"
	"partyline/protocol"
)

// slowHistory takes ten seconds for each read that begins before a position.
type slowHistory struct {
	persistence.Journal
	before *atomic.Uint64
}

func (j slowHistory) ReadAll(ctx context.Context, after persistence.Position) iter.Seq2[persistence.Record, error] {
	if uint64(after) < j.before.Load() {
		time.Sleep(10 * time.Second)
	}
	return j.Journal.ReadAll(ctx, after)
}

// TestLiveEventDoesNotWaitForAReplayThatSearches: a replay of a range in which little matches
// takes turns with live events, too.
func TestLiveEventDoesNotWaitForAReplayThatSearches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		history := slowHistory{n.journal, new(atomic.Uint64)}
		n.wrapped = history
		n.restart()
		id := n.hook(protocol.EventGameAdded)
		n.play(2)
		for range 25_000 { // more than three reads
			n.vote()
		}
		rest(time.Minute)
		before := len(n.sender.log(id))
		history.before.Store(uint64(n.journal.Head()) - 100)
		var since protocol.Timestamp
		do[protocol.ReplayAccepted](t, n.hub, protocol.ReplayWebhook{ID: id, Since: &since})
		rest(25 * time.Second) // the replayed event is delivered, the search for the next one goes on
		n.play(3)
		rest(10 * time.Second)
		live := slices.ContainsFunc(n.sender.log(id)[before:], func(s sent) bool { return !s.Redelivery })
		if h := n.health(id); !live || !h.Replaying {
			t.Fatalf("live event delivered: %v, replay under way: %v; want both", live, h.Replaying)
		}
		rest(time.Hour)
		if h := n.health(id); h.Replaying {
			t.Fatalf("health %+v, want the replay over", h)
		}
	})
}
