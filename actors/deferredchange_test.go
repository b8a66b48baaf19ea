package actors_test

import (
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"partyline/actors"
	"partyline/persistence"
	"partyline/protocol"
)

// failingStream writes nothing to a stream while it is armed: the first append fails after one
// second, the second one after two.
type failingStream struct {
	persistence.Journal
	stream string
	armed  *atomic.Bool
	count  *atomic.Int64
}

func (j failingStream) Append(a persistence.Append) {
	if a.Stream == j.stream && j.armed.Load() {
		time.AfterFunc(time.Duration(j.count.Add(1))*time.Second, func() { a.Done(persistence.Outcome{Err: persistence.ErrUnavailable}) })
		return
	}
	j.Journal.Append(a)
}

// whileReloading sends a command to the first webhook when a write of it has failed and
// another one has no outcome yet, so that its state is to be loaded again.
func (n *webhookHub) whileReloading(j failingStream, c protocol.Command) any {
	n.t.Helper()
	j.armed.Store(true)
	for _, name := range []string{"one", "two"} {
		n.hub.Go(actors.Call{Command: protocol.UpdateWebhook{ID: 1, Name: &name}}, func(any, *protocol.Error) {})
	}
	synctest.Wait()
	j.armed.Store(false)
	rest(1500 * time.Millisecond)
	answer, err := n.hub.Do(n.t.Context(), actors.Call{Command: c})
	if err != nil || j.count.Load() != 2 {
		n.t.Fatal(err, j.count.Load())
	}
	return answer
}

func newFailingHub(t *testing.T) (*webhookHub, failingStream) {
	n := newWebhookHub(t)
	j := failingStream{n.journal, "webhook/1", new(atomic.Bool), new(atomic.Int64)}
	n.wrapped = j
	n.restart()
	return n, j
}

// TestChangeDuringAReloadCountsFromNowOn: events before the change were matched already, with
// the filter as it was.
func TestChangeDuringAReloadCountsFromNowOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, j := newFailingHub(t)
		id := n.hook(protocol.EventGameAdded)
		rest(90 * time.Second) // half-way between two ticks that all webhooks get
		n.vote()               // not wanted
		n.vote()
		n.whileReloading(j, protocol.UpdateWebhook{ID: id, Events: protocol.NewEventList(protocol.EventVoteReceived)})
		last := n.vote()
		rest(time.Hour)
		if got := n.votesTo(id); !slices.Equal(got, []string{last}) {
			t.Fatalf("delivered %v, want %v", got, last)
		}
	})
}

func TestReplayDuringAReloadReplaysWhatWasDelivered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, j := newFailingHub(t)
		id := n.hook(protocol.EventVoteReceived)
		votes := []string{n.vote(), n.vote()}
		rest(time.Second)
		var since protocol.Timestamp
		answer := n.whileReloading(j, protocol.ReplayWebhook{ID: id, Since: &since})
		if a := answer.(protocol.ReplayAccepted); a.Message != "Replay started" {
			t.Errorf("answer %+v", a)
		}
		rest(time.Hour)
		if got := votersIn(t, n.sender.log(id)); !slices.Equal(got, append(votes, votes...)) {
			t.Fatalf("delivered %v, want %v twice", got, votes)
		}
	})
}

// TestChangesThatFailTogetherLoseNoEvent: a change that is not on disk says nothing about what
// was matched with the filter that stays.
func TestChangesThatFailTogetherLoseNoEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, j := newFailingHub(t)
		id := n.hook(protocol.EventGameAdded)
		rest(90 * time.Second)
		j.armed.Store(true)
		name := "renamed"
		for _, c := range []protocol.UpdateWebhook{
			{Events: protocol.NewEventList(protocol.EventVoteReceived)},
			{Events: protocol.NewEventList(protocol.EventGameStatus)},
			{Name: &name},
		} {
			c.ID = id
			n.hub.Go(actors.Call{Command: c}, func(any, *protocol.Error) {})
			synctest.Wait()
			if c.Events.Set {
				n.play(protocol.GameID(j.count.Load() + 1))
			}
		}
		j.armed.Store(false)
		rest(time.Hour)
		if got := n.sender.events(id); len(got) != 2 || j.count.Load() != 3 {
			t.Fatalf("delivered %v after %d failed changes, want both games", got, j.count.Load())
		}
	})
}
