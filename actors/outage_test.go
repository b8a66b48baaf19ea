package actors_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"partyline/actors"
	"partyline/actors/rules/webhook"
	"partyline/protocol"
)

// An endpoint that is down holds the line: nothing is set aside, nothing overtakes.

func TestADaysOutageDeadLettersNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(func(context.Context, webhook.Dispatch, int) webhook.Attempt {
			return webhook.Attempt{Failure: webhook.FailureDial, Error: "connection refused"}
		})
		var want []string
		for range 5 {
			want = append(want, n.vote())
		}
		rest(24 * time.Hour)
		down := n.sender.log(id)
		for _, s := range down {
			if s.MessageID != down[0].MessageID {
				t.Fatalf("%s was sent while %s waits", s.MessageID, down[0].MessageID)
			}
		}
		// 24 hours of waits of 15 minutes, after 22.5 minutes of shorter ones.
		if len(down) < 95 || len(down) > 105 {
			t.Fatalf("%d attempts in a day", len(down))
		}
		h := n.health(id)
		if h.State != protocol.WebhookFailing || h.QueueLength != 5 || h.OldestWaiting == nil || h.Dead != 0 || h.NextAttemptAt == nil || *h.LastError != "connection refused" {
			t.Fatalf("health %+v", h)
		}
		n.sender.change(status(200))
		rest(15 * time.Minute)
		if got := votersIn(t, n.sender.log(id)[len(down):]); !slices.Equal(got, want) {
			t.Fatalf("after the outage: %v", got)
		}
		if h := n.health(id); h.State != protocol.WebhookHealthy || h.QueueLength != 0 || h.FailingSince != nil {
			t.Fatalf("health %+v", h)
		}
	})
}

func TestTheScheduleOfAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(status(404))
		n.vote()
		rest(2 * time.Hour)
		checkWaits(t, n.sender.log(id), 5, 30, 120, 300, 900, 900)
	})
}

// checkWaits wants the first waits between attempts in seconds, give or take the jitter's end.
func checkWaits(t *testing.T, log []sent, want ...int) {
	t.Helper()
	if len(log) <= len(want) {
		t.Fatalf("%d attempts, want more than %d", len(log), len(want))
	}
	for i, w := range want {
		got := log[i+1].at.Sub(log[i].at)
		if d := got - time.Duration(w)*time.Second; d > 10*time.Millisecond || d < -10*time.Millisecond {
			t.Errorf("wait %d is %v, want %ds", i+1, got, w)
		}
	}
}

func TestRetryAfterBeyondTheSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(func(_ context.Context, _ webhook.Dispatch, try int) webhook.Attempt {
			hints := []time.Duration{40 * time.Minute, 48 * time.Hour, time.Second}
			return webhook.Attempt{Status: 429, Error: "status 429", RetryAfter: hints[min(try, len(hints))-1]}
		})
		n.vote()
		rest(4 * time.Hour)
		// What it asks for, an hour at most, and the schedule where that is longer.
		checkWaits(t, n.sender.log(id), 2400, 3600, 120, 300)
	})
}

func TestJitterNeverWaitsLongerThanTheScheduleNorLessThanASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		n.jitter = 0
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(status(500))
		n.vote()
		rest(time.Minute)
		log := n.sender.log(id)
		for i := range log[1:] {
			if wait := log[i+1].at.Sub(log[i].at); wait < time.Second && log[i+1].Event != "ping" {
				t.Fatalf("attempt %d after %v", i+2, wait)
			}
		}
	})
}

func TestRestartInTheMiddleOfAWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(status(404))
		n.vote()
		rest(5*time.Second + 30*time.Second + time.Second) // the third wait, of 2 minutes, has begun
		before := len(n.sender.log(id))
		if before != 3 {
			t.Fatalf("%d attempts", before)
		}
		n.restart()
		rest(110 * time.Second)
		if got := len(n.sender.log(id)); got != before {
			t.Fatalf("the wait was cut short: %d attempts", got)
		}
		rest(10 * time.Second)
		log := n.sender.log(id)
		if len(log) != before+1 || log[before].MessageID != log[0].MessageID {
			t.Fatalf("after the wait: %d attempts", len(log))
		}
		if rows := n.logs(id); rows[0].Attempt != 4 {
			t.Fatalf("attempt %d, want 4", rows[0].Attempt)
		}
	})
}

func TestRestartInTheMiddleOfAnAttemptDoublesOneDelivery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(hang)
		first, second := n.vote(), n.vote()
		synctest.Wait()
		n.sender.change(status(200))
		n.restart() // breaks the attempt off
		rest(time.Millisecond)
		log := n.sender.log(id)
		if got := votersIn(t, log); !slices.Equal(got, []string{first, first, second}) {
			t.Fatalf("sent %v", got)
		}
		if log[0].MessageID != log[1].MessageID {
			t.Fatalf("the double has another webhook-id: %s, %s", log[0].MessageID, log[1].MessageID)
		}
		if rows := n.logs(id); len(rows) != 2 {
			t.Fatalf("%d rows for two deliveries", len(rows))
		}
	})
}

func TestAnAttemptThatEndsWhileTheHubClosesIsRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(func(context.Context, webhook.Dispatch, int) webhook.Attempt {
			time.Sleep(time.Second)
			return webhook.Attempt{Status: 200}
		})
		n.vote()
		synctest.Wait()
		n.restart()
		rest(time.Minute)
		if got := len(n.sender.log(id)); got != 1 {
			t.Fatalf("%d attempts, want 1", got)
		}
	})
}

func TestPatchInTheMiddleOfAWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(status(401))
		n.vote()
		rest(10 * time.Minute)
		before := len(n.sender.log(id))
		url, secret := "https://example.com/new", "another secret"
		n.sender.change(status(200))
		do[protocol.WebhookSaved](t, n.hub, protocol.UpdateWebhook{ID: id, URL: &url, Secret: &secret})
		rest(time.Millisecond)
		log := n.sender.log(id)
		if len(log) != before+1 {
			t.Fatalf("%d attempts, want %d: the new address is tried at once", len(log), before+1)
		}
		if last := log[before]; last.URL != url || !slices.Equal(last.Secrets, []string{secret}) || last.MessageID != log[0].MessageID {
			t.Fatalf("sent %+v", last)
		}
	})
}

func TestFailureOfAnAttemptBeforeAPatchDoesNotCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(func(_ context.Context, d webhook.Dispatch, _ int) webhook.Attempt {
			if d.URL == "https://example.com/new" {
				return webhook.Attempt{Status: 200}
			}
			time.Sleep(5 * time.Second)
			return webhook.Attempt{Status: 410, Error: "status 410"}
		})
		n.vote()
		synctest.Wait()
		url := "https://example.com/new"
		do[protocol.WebhookSaved](t, n.hub, protocol.UpdateWebhook{ID: id, URL: &url})
		rest(6 * time.Second)
		if h := n.health(id); h.State != protocol.WebhookHealthy || h.Delivered != 1 {
			t.Fatalf("the 410 of the old address counts: %+v", h)
		}
	})
}

func TestAClockThatIsSetBackMakesNoWaitLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(status(404))
		n.vote()
		rest(6 * time.Second) // in the wait of 30 s
		n.skew.Store(int64(-48 * time.Hour))
		n.health(id) // a message to the webhook that makes it look at the clock
		rest(30 * time.Second)
		if got := len(n.sender.log(id)); got != 3 {
			t.Fatalf("%d attempts after the clock was set back, want 3", got)
		}
		n.skew.Store(int64(-480 * time.Hour))
		n.restart() // now the moment stored is weeks ahead
		rest(time.Hour + time.Second)
		if got := len(n.sender.log(id)); got < 4 {
			t.Fatalf("%d attempts an hour after the start", got)
		}
	})
}

func TestAClockThatJumpsAheadDisablesNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(status(404))
		n.jitter = 0 // waits of a second: a hundred attempts are soon made
		n.vote()
		rest(2 * time.Minute)
		n.skew.Store(int64(30 * 24 * time.Hour))
		rest(time.Hour)
		if h := n.health(id); h.State != protocol.WebhookFailing || h.Attempts < 100 {
			t.Fatalf("health %+v", h)
		}
	})
}

// TestAClockThatJumpsAheadCostsNoEvent: five votes wait for an endpoint that is down, and it
// recovers while the clock is a month ahead.
func TestAClockThatJumpsAheadCostsNoEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(status(404))
		var want []string
		for range 5 {
			want = append(want, n.vote())
		}
		rest(time.Minute)
		n.skew.Store(int64(31 * 24 * time.Hour))
		if h := n.health(id); h.QueueLength != 5 {
			t.Errorf("%d events wait, want 5", h.QueueLength)
		}
		before := len(n.sender.log(id))
		n.sender.change(status(200))
		rest(time.Hour)
		if got := votersIn(t, n.sender.log(id)[before:]); !slices.Equal(got, want) {
			t.Errorf("delivered %v, want %v", got, want)
		}
	})
}

// TestWhatHasWaitedForTooLongIsSetAsideAndShown: an endpoint was down before the hub was off
// for a month. What it has missed is not sent, but stands in the log, and is sent when
// somebody asks for it.
func TestWhatHasWaitedForTooLongIsSetAsideAndShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(status(404))
		var missed []string
		for range 100 {
			missed = append(missed, n.vote())
		}
		rest(time.Minute)
		n.away(31 * 24 * time.Hour)
		n.sender.change(status(200))
		before := len(n.sender.log(id))
		fresh := n.vote()
		rest(time.Hour)
		if got := votersIn(t, n.sender.log(id)[before:]); !slices.Equal(got, []string{missed[0], fresh}) {
			t.Fatalf("delivered %v: what was being tried and what is new", got)
		}
		h := n.health(id)
		if h.QueueLength != 0 || h.Dead != 99 || h.State != protocol.WebhookHealthy {
			t.Errorf("%+v", h)
		}
		dead, err := n.hub.Deliveries(t.Context(), protocol.DeliveryFilter{ID: id, Status: protocol.DeliveryDead, PageQuery: protocol.PageQuery{Limit: 100}})
		if err != nil || len(dead.Rows) != 99 {
			t.Fatalf("%d dead, %v", len(dead.Rows), err)
		}
		row := dead.Rows[0].Attempts[0]
		if row.ResponseStatus != nil || *row.ErrorClass != "expired" || !strings.Contains(*row.ErrorMessage, "30 days") || len(row.Payload) == 0 {
			t.Errorf("%+v", row)
		}
		before = len(n.sender.log(id))
		do[protocol.ReplayAccepted](t, n.hub, protocol.ReplayWebhook{ID: id, Failed: true})
		rest(time.Hour)
		if got := votersIn(t, n.sender.log(id)[before:]); !slices.Equal(got, missed[1:]) {
			t.Errorf("replayed %d: %v", len(got), got)
		}
	})
}

func TestFiveDaysOfFailureDisable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(status(404))
		n.jitter = 0 // waits of a second: a hundred attempts are soon made
		first := n.vote()
		rest(2 * time.Minute)
		if h := n.health(id); h.State != protocol.WebhookFailing || h.Attempts < 100 {
			t.Fatalf("health before the five days %+v", h)
		}
		n.away(5 * 24 * time.Hour)
		rest(2 * time.Second)
		h := n.health(id)
		if h.State != protocol.WebhookDisabled || h.DisabledReason == nil || h.NextAttemptAt != nil {
			t.Fatalf("health %+v", h)
		}
		count := len(n.sender.log(id))
		n.sender.change(status(200))
		second := n.vote()
		rest(24 * time.Hour)
		if got := len(n.sender.log(id)); got != count {
			t.Fatal("a disabled webhook is called")
		}
		on := true
		do[protocol.WebhookSaved](t, n.hub, protocol.UpdateWebhook{ID: id, Enabled: &on})
		rest(time.Second)
		if got := votersIn(t, n.sender.log(id)[count:]); !slices.Equal(got, []string{first, second}) {
			t.Fatalf("the backlog: %v", got)
		}
	})
}

func TestGoneDisablesAtOnceAndKeepsTheBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(status(410))
		want := []string{n.vote(), n.vote(), n.vote()}
		rest(time.Hour)
		if got := len(n.sender.log(id)); got != 1 {
			t.Fatalf("%d attempts after 410", got)
		}
		w, err := n.hub.Webhook(t.Context(), id)
		if err != nil || w.Enabled || w.State != protocol.WebhookDisabled || w.DisabledReason == nil {
			t.Fatalf("%+v %v", w, err)
		}
		if list, _ := n.hub.Webhooks(t.Context(), protocol.PageQuery{}); list.Rows[0].State != protocol.WebhookDisabled {
			t.Fatalf("list %+v", list)
		}
		n.restart()
		n.sender.change(status(200))
		on := true
		do[protocol.WebhookSaved](t, n.hub, protocol.UpdateWebhook{ID: id, Enabled: &on})
		rest(time.Second)
		if got := votersIn(t, n.sender.log(id)[1:]); !slices.Equal(got, want) {
			t.Fatalf("the backlog: %v", got)
		}
	})
}

func TestDisabledByHandKeepsTheBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		first := n.vote()
		synctest.Wait()
		off, on := false, true
		do[protocol.WebhookSaved](t, n.hub, protocol.UpdateWebhook{ID: id, Enabled: &off})
		want := []string{first, n.vote(), n.vote()}
		rest(time.Hour)
		if got := len(n.sender.log(id)); got != 1 {
			t.Fatalf("%d attempts while disabled", got)
		}
		if h := n.health(id); h.QueueLength != 2 {
			t.Fatalf("health %+v", h)
		}
		do[protocol.WebhookSaved](t, n.hub, protocol.UpdateWebhook{ID: id, Enabled: &on})
		rest(time.Second)
		if got := votersIn(t, n.sender.log(id)); !slices.Equal(got, want) {
			t.Fatalf("got %v", got)
		}
	})
}

func TestADiskThatFailsCostsNoSecondDelivery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(func(context.Context, webhook.Dispatch, int) webhook.Attempt {
			time.Sleep(time.Second)
			return webhook.Attempt{Status: 200}
		})
		first := n.vote()
		second := n.vote()
		synctest.Wait()
		n.journal.Refuse(errors.New("full"))
		rest(time.Hour)
		if got := len(n.sender.log(id)); got != 1 {
			t.Fatalf("%d attempts while nothing can be recorded", got)
		}
		n.journal.Refuse(nil)
		rest(10 * time.Second)
		if got := votersIn(t, n.sender.log(id)); !slices.Equal(got, []string{first, second}) {
			t.Fatalf("sent %v", got)
		}
		n.journal.FailNext(1, errors.New("sick"))
		third := n.voteAgain()
		rest(10 * time.Second)
		if got := votersIn(t, n.sender.log(id)); !slices.Equal(got, []string{first, second, third}) {
			t.Fatalf("sent %v", got)
		}
	})
}

// voteAgain votes until the journal takes it.
func (n *webhookHub) voteAgain() string {
	for {
		n.voters++
		now := protocol.TimestampOf(time.Now())
		cmd := &protocol.CastVote{SessionID: n.session, Username: "again", Vote: protocol.VoteUp, Timestamp: now.VoteTimestamp()}
		if _, err := n.hub.Do(n.t.Context(), actors.Call{Command: cmd}); err == nil {
			return "again"
		}
		time.Sleep(2 * time.Second)
	}
}
