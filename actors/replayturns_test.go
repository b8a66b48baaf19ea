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

// slowHistory takes eight seconds, less than a read may take, for each read that begins before a
// position.
type slowHistory struct {
	persistence.Journal
	before *atomic.Uint64
}

func (j slowHistory) ReadAll(ctx context.Context, after persistence.Position) iter.Seq2[persistence.Record, error] {
	if uint64(after) < j.before.Load() {
		time.Sleep(8 * time.Second)
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
		rest(time.Second)
		since := protocol.TimestampOf(time.Now())
		for range 25_000 { // more than three reads
			n.vote()
		}
		n.play(2)
		rest(time.Minute)
		before := len(n.sender.log(id))
		history.before.Store(uint64(n.journal.Head()) - 100)
		do[protocol.ReplayAccepted](t, n.hub, protocol.ReplayWebhook{ID: id, Since: &since})
		rest(20 * time.Second) // the third read of four
		n.play(3)
		rest(8 * time.Second)
		if !slices.ContainsFunc(n.sender.log(id)[before:], func(s sent) bool { return !s.Redelivery }) {
			t.Fatal("the live event is not delivered between two reads of the replay")
		}
		rest(time.Hour)
		if h := n.health(id); h.Replaying {
			t.Fatalf("health %+v, want the replay over", h)
		}
	})
}
