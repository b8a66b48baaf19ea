package actors_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"partyline/actors"
	"partyline/protocol"
)

func TestReplaySinceATimeInOrderWhileLiveEventsCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		for range 20 {
			n.vote()
		}
		rest(time.Minute)
		since := protocol.TimestampOf(time.Now())
		var old []string
		for range 200 {
			old = append(old, n.vote())
		}
		rest(time.Minute)
		count := len(n.sender.log(id))
		do[protocol.ReplayAccepted](t, n.hub, protocol.ReplayWebhook{ID: id, Since: &since})
		var live []string
		for range 50 {
			live = append(live, n.vote())
			time.Sleep(20 * time.Millisecond)
			if len(live) == 25 {
				n.restart()
			}
		}
		rest(time.Minute)
		var again, first []string
		for _, s := range n.sender.log(id)[count:] {
			if s.Redelivery {
				again = append(again, voterIn(t, s.Body))
			} else {
				first = append(first, voterIn(t, s.Body))
			}
		}
		if !slices.Equal(again, old) {
			t.Fatalf("replayed %d: %v", len(again), again)
		}
		if !slices.Equal(first, live) {
			t.Fatalf("live %v", first)
		}
		if h := n.health(id); h.Replaying {
			t.Fatalf("health %+v", h)
		}
	})
}

func TestLiveEventsDoNotWaitForAReplay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		var since protocol.Timestamp
		for range 500 {
			n.vote()
		}
		rest(time.Second)
		do[protocol.ReplayAccepted](t, n.hub, protocol.ReplayWebhook{ID: id, Since: &since})
		rest(100 * time.Millisecond)
		begun := time.Now()
		name := n.vote()
		synctest.Wait()
		log := n.sender.log(id)
		if last := log[len(log)-1]; voterIn(t, last.Body) != name || last.at.Sub(begun) > replayStep {
			t.Fatalf("a live event waits for the replay: %s", last.Body)
		}
		stopped := do[protocol.ReplayAccepted](t, n.hub, protocol.StopReplay{ID: id})
		if stopped.Message != "Replay stopped" {
			t.Fatalf("%+v", stopped)
		}
		count := len(n.sender.log(id))
		rest(time.Minute)
		if got := len(n.sender.log(id)); got != count {
			t.Fatalf("%d more after the stop", got-count)
		}
	})
}

// replayStep is the least time between two deliveries of a replay.
const replayStep = 10 * time.Millisecond

func TestRedeliverOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		first, second := n.vote(), n.vote()
		rest(time.Second)
		rows := n.logs(id)
		for _, row := range []protocol.WebhookLog{rows[0], rows[1]} {
			do[protocol.RedeliveryQueued](t, n.hub, protocol.Redeliver{ID: id, DeliveryID: row.DeliveryID})
		}
		rest(time.Second)
		log := n.sender.log(id)
		if got := votersIn(t, log); !slices.Equal(got, []string{first, second, second, first}) {
			t.Fatalf("sent %v: as they were asked for", got)
		}
		if log[2].MessageID != log[1].MessageID || !log[2].Redelivery || log[1].Redelivery {
			t.Fatalf("redelivery %+v of %+v", log[2], log[1])
		}
		d, err := n.hub.Delivery(t.Context(), id, rows[0].DeliveryID)
		if err != nil || len(d.Attempts) != 2 || d.Status != protocol.DeliveryDelivered {
			t.Fatalf("%+v %v", d, err)
		}
		for _, wrong := range []protocol.DeliveryID{1, 999_999} {
			_, err := n.hub.Do(t.Context(), actors.Call{Command: protocol.Redeliver{ID: id, DeliveryID: wrong}})
			if codeOf(err) != protocol.CodeNotFound {
				t.Errorf("delivery %d: %v", wrong, err)
			}
		}
	})
}

func TestRedeliverOfTheOneThatWaitsTriesItNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(status(404))
		n.vote()
		rest(time.Hour)
		count := len(n.sender.log(id))
		n.sender.change(status(200))
		do[protocol.RedeliveryQueued](t, n.hub, protocol.Redeliver{ID: id, DeliveryID: n.logs(id)[0].DeliveryID})
		rest(time.Millisecond)
		if got := len(n.sender.log(id)); got != count+1 {
			t.Fatalf("%d attempts, want %d", got, count+1)
		}
		rest(time.Hour)
		if got := len(n.sender.log(id)); got != count+1 {
			t.Fatalf("it was delivered again: %d", got)
		}
	})
}

func TestASecondReplayIsRefusedAndADisabledWebhookToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		for range 10 {
			n.vote()
		}
		rest(time.Second)
		var since protocol.Timestamp
		do[protocol.ReplayAccepted](t, n.hub, protocol.ReplayWebhook{ID: id, Since: &since})
		if _, err := n.hub.Do(t.Context(), actors.Call{Command: protocol.ReplayWebhook{ID: id, Since: &since}}); codeOf(err) != protocol.CodeConflict {
			t.Fatal(err)
		}
		off := false
		do[protocol.WebhookSaved](t, n.hub, protocol.UpdateWebhook{ID: id, Enabled: &off})
		for _, c := range []protocol.Command{protocol.ReplayWebhook{ID: id, Failed: true}, protocol.Redeliver{ID: id, DeliveryID: n.logs(id)[0].DeliveryID}} {
			if _, err := n.hub.Do(t.Context(), actors.Call{Command: c}); codeOf(err) != protocol.CodeConflict {
				t.Fatalf("%T: %v", c, err)
			}
		}
	})
}

func TestASecondReplayGoesFurtherBackThanTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		var want []string
		var since [2]protocol.Timestamp
		for i := range since {
			rest(time.Minute)
			since[i] = protocol.TimestampOf(time.Now())
			want = append(want, n.vote(), n.vote())
		}
		rest(time.Minute)
		for i, back := range [][]string{want[2:], want} {
			count := len(n.sender.log(id))
			do[protocol.ReplayAccepted](t, n.hub, protocol.ReplayWebhook{ID: id, Since: &since[1-i]})
			rest(time.Minute)
			if got := votersIn(t, n.sender.log(id)[count:]); !slices.Equal(got, back) {
				t.Fatalf("replay %d: %v, want %v", i+1, got, back)
			}
		}
	})
}
