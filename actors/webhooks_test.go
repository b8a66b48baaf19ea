package actors_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"partyline/actors"
	"partyline/actors/rules/webhook"
	"partyline/protocol"
)

func TestWebhookIsCreatedChangedAndDeleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventGameAdded)
		second := n.hook(protocol.EventAny)
		if id != 1 || second != 2 {
			t.Fatalf("ids %d, %d", id, second)
		}
		name := "Discord Bot Updated"
		events := protocol.NewEventList(protocol.EventVoteReceived, protocol.EventVoteReceived)
		saved := do[protocol.WebhookSaved](t, n.hub, protocol.UpdateWebhook{ID: id, Name: &name, Events: events})
		if saved.Name != name || saved.Message != "Webhook updated successfully" || !slices.Equal(saved.Events, []protocol.EventType{protocol.EventVoteReceived}) {
			t.Fatalf("%+v", saved)
		}
		n.restart()
		got, err := n.hub.Webhook(t.Context(), id)
		if err != nil || got.Name != name || !got.Enabled || got.State != protocol.WebhookHealthy || got.Sessions == nil || got.RateLimit != nil {
			t.Fatalf("%+v %v", got, err)
		}
		if list, err := n.hub.Webhooks(t.Context(), protocol.PageQuery{}); err != nil || len(list.Rows) != 2 || list.Rows[0].Name != name {
			t.Fatalf("%+v %v", list, err)
		}
		gone := do[protocol.DeletedWebhook](t, n.hub, protocol.DeleteWebhook{ID: second})
		if gone.Message != "Webhook deleted successfully" || gone.WebhookID != second {
			t.Fatalf("%+v", gone)
		}
		n.restart()
		for _, c := range []protocol.Command{
			protocol.DeleteWebhook{ID: second}, protocol.TestWebhook{ID: second}, protocol.UpdateWebhook{ID: second, Name: &name},
			protocol.TestWebhook{ID: 99}, protocol.TestWebhook{ID: -1},
		} {
			if _, err := n.hub.Do(t.Context(), actors.Call{Command: c}); codeOf(err) != protocol.CodeNotFound || !strings.Contains(err.Error(), "Webhook not found") {
				t.Errorf("%T: %v", c, err)
			}
		}
		if _, err := n.hub.WebhookLogs(t.Context(), protocol.WebhookLogFilter{ID: second}); codeOf(err) != protocol.CodeNotFound {
			t.Errorf("logs of a deleted webhook: %v", err)
		}
		if next := n.hook(protocol.EventAny); next != 3 {
			t.Fatalf("the id %d is given again", next)
		}
	})
}

func TestSecretIsNeverShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		n.stop()
		var out bytes.Buffer
		var err error
		n.hub, err = actors.New(t.Context(), actors.Options{Journal: n.journal, Sender: n.sender, Log: zerolog.New(&syncWriter{w: &out})})
		if err != nil {
			t.Fatal(err)
		}
		id := n.hook(protocol.EventVoteReceived)
		var told []any
		told = append(told, do[protocol.WebhookSaved](t, n.hub, protocol.RotateSecret{ID: id, Secret: "mysecret456"}))
		n.sender.change(status(404))
		n.vote()
		rest(time.Minute)
		list, _ := n.hub.Webhooks(t.Context(), protocol.PageQuery{})
		deliveries, _ := n.hub.Deliveries(t.Context(), protocol.DeliveryFilter{ID: id})
		told = append(told, list, deliveries, n.logs(id), n.health(id))
		b, err := json.Marshal(told)
		if err != nil {
			t.Fatal(err)
		}
		n.stop()
		n.start()
		if s := string(b) + out.String(); strings.Contains(s, "mysecret") {
			t.Fatalf("the secret is told: %s", s)
		}
		if strings.Count(out.String(), "webhook attempt") < 3 {
			t.Fatalf("no line per attempt: %s", out.String())
		}
	})
}

func TestATestIsDeliveredInWhateverState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		other := n.hook(protocol.EventGameAdded)
		sent := do[protocol.TestSent](t, n.hub, protocol.TestWebhook{ID: id})
		if sent.Message != "Test webhook sent" || sent.Note != "Check webhook_logs table for delivery status" {
			t.Fatalf("%+v", sent)
		}
		synctest.Wait()
		if got := n.sender.events(id); !slices.Equal(got, []string{"game.added"}) {
			t.Fatalf("healthy: %v", got)
		}
		if got := n.sender.events(other); len(got) != 0 {
			t.Fatalf("the test of one webhook went to another: %v", got)
		}
		row := n.logs(id)[0]
		if row.EventType != protocol.EventGameAdded || !strings.Contains(string(row.Payload), "Test Game") {
			t.Fatalf("%+v %s", row, row.Payload)
		}
		off := false
		do[protocol.WebhookSaved](t, n.hub, protocol.UpdateWebhook{ID: id, Enabled: &off})
		do[protocol.TestSent](t, n.hub, protocol.TestWebhook{ID: id})
		synctest.Wait()
		if got := n.sender.events(id); len(got) != 2 {
			t.Fatalf("disabled: %v", got)
		}
		on := true
		do[protocol.WebhookSaved](t, n.hub, protocol.UpdateWebhook{ID: id, Enabled: &on})
		n.sender.change(status(404))
		n.vote()
		rest(time.Hour)
		count := len(n.sender.log(id))
		do[protocol.TestSent](t, n.hub, protocol.TestWebhook{ID: id})
		synctest.Wait()
		if got := n.sender.events(id); len(got) != count+1 || got[count] != "game.added" {
			t.Fatalf("failing: %v", got[count:])
		}
		n.sender.change(status(200))
		rest(time.Hour)
		if got := n.sender.events(id); !slices.Equal(got[count:], []string{"game.added", "vote.received"}) {
			t.Fatalf("a test aside came again: %v", got[count:])
		}
	})
}

func TestDeleteInTheMiddleOfAnAttemptAndOfAWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		hung, waiting := n.hook(protocol.EventVoteReceived), n.hook(protocol.EventVoteReceived)
		n.sender.change(func(ctx context.Context, d webhook.Dispatch, i int) webhook.Attempt {
			if d.Webhook == hung {
				return hang(ctx, d, i)
			}
			return webhook.Attempt{Status: 404, Error: "status 404"}
		})
		n.vote()
		synctest.Wait()
		for _, id := range []protocol.WebhookID{hung, waiting} {
			do[protocol.DeletedWebhook](t, n.hub, protocol.DeleteWebhook{ID: id})
		}
		n.vote()
		rest(24 * time.Hour)
		if got := len(n.sender.log(0)); got != 2 {
			t.Fatalf("%d attempts, 2 before the end", got)
		}
		if !slices.Contains(n.sender.forgotten, hung) || !slices.Contains(n.sender.forgotten, waiting) {
			t.Fatalf("forgotten %v", n.sender.forgotten)
		}
	})
}

// TestAClockThatJumpsAheadEndsNoOverlap: who verifies with the secret before is told nothing
// that only the new one signs.
func TestAClockThatJumpsAheadEndsNoOverlap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		do[protocol.WebhookSaved](t, n.hub, protocol.RotateSecret{ID: id, Secret: "the second"})
		n.skew.Store(int64(31 * 24 * time.Hour))
		n.vote()
		rest(time.Second)
		if log := n.sender.log(id); len(log) != 1 || len(log[0].Secrets) != 2 {
			t.Fatalf("signed with %v", log)
		}
	})
}

func TestARotatedSecretSignsUntilTheOverlapIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		do[protocol.WebhookSaved](t, n.hub, protocol.RotateSecret{ID: id, Secret: "the second"})
		n.vote()
		rest(time.Hour)
		n.restart()
		n.vote()
		rest(23*time.Hour + time.Second)
		n.vote()
		synctest.Wait()
		log := n.sender.log(id)
		for i, want := range [][]string{{"the second", "mysecret123"}, {"the second", "mysecret123"}, {"the second"}} {
			if !slices.Equal(log[i].Secrets, want) {
				t.Errorf("delivery %d is signed with %v, want %v", i, log[i].Secrets, want)
			}
		}
		leaked := "the third"
		do[protocol.WebhookSaved](t, n.hub, protocol.UpdateWebhook{ID: id, Secret: &leaked})
		n.vote()
		synctest.Wait()
		if last := n.sender.log(id)[3]; !slices.Equal(last.Secrets, []string{"the third"}) {
			t.Errorf("after a PATCH: %v", last.Secrets)
		}
	})
}

func TestTheRateLimitSpacesAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		limit := 30
		do[protocol.WebhookSaved](t, n.hub, protocol.UpdateWebhook{ID: id, RateLimit: protocol.Optional[int]{Set: true, Value: &limit}})
		var want []string
		for range 10 {
			want = append(want, n.vote())
		}
		rest(time.Minute)
		log := n.sender.log(id)
		if got := votersIn(t, log); !slices.Equal(got, want) {
			t.Fatalf("sent %v", got)
		}
		for i := range log[1:] {
			if wait := log[i+1].at.Sub(log[i].at); wait < 2*time.Second {
				t.Errorf("attempt %d after %v", i+2, wait)
			}
		}
		do[protocol.WebhookSaved](t, n.hub, protocol.UpdateWebhook{ID: id, RateLimit: protocol.Optional[int]{Set: true}})
		begun := time.Now()
		for range 5 {
			n.vote()
		}
		synctest.Wait()
		if got := len(n.sender.log(id)); got != 15 || time.Since(begun) > time.Second {
			t.Fatalf("%d sent without a limit", got)
		}
	})
}

// TestAChangedRateLimitHoldsAtOnce: the next attempt does not wait as long as the limit before
// asked for.
func TestAChangedRateLimitHoldsAtOnce(t *testing.T) {
	ten := 10
	for title, c := range map[string]struct {
		limit *int
		wait  time.Duration
	}{"removed": {nil, 0}, "raised": {&ten, 6 * time.Second}} {
		t.Run(title, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newWebhookHub(t)
				id := n.hook(protocol.EventVoteReceived)
				one := 1
				do[protocol.WebhookSaved](t, n.hub, protocol.UpdateWebhook{ID: id, RateLimit: protocol.Optional[int]{Set: true, Value: &one}})
				n.vote()
				n.vote()
				rest(time.Second)
				do[protocol.WebhookSaved](t, n.hub, protocol.UpdateWebhook{ID: id, RateLimit: protocol.Optional[int]{Set: true, Value: c.limit}})
				rest(c.wait)
				if got := len(n.sender.log(id)); got != 2 {
					t.Fatalf("%d attempts %v after the change, want both", got, c.wait)
				}
			})
		})
	}
}

func TestOnlyTheSessionsAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		first := n.session
		id := do[protocol.WebhookSaved](t, n.hub, protocol.CreateWebhook{
			Name: "one", URL: "http://example.com", Secret: "mysecret123", Events: protocol.NewEventList(protocol.EventAny), Sessions: []protocol.SessionID{first},
		}).ID
		n.session = do[protocol.Session](t, n.hub, protocol.CreateSession{}).ID
		n.play(3)
		n.vote()
		n.session = first
		n.vote()
		synctest.Wait()
		if got := n.sender.events(id); !slices.Equal(got, []string{"vote.received"}) {
			t.Fatalf("sent %v", got)
		}
	})
}

func TestAPatchOfEventsCountsFromNowOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventGameAdded)
		for range 20 {
			n.vote()
		}
		rest(time.Minute)
		do[protocol.WebhookSaved](t, n.hub, protocol.UpdateWebhook{ID: id, Events: protocol.NewEventList(protocol.EventVoteReceived)})
		name := n.vote()
		synctest.Wait()
		if got := votersIn(t, n.sender.log(id)); !slices.Equal(got, []string{name}) {
			t.Fatalf("sent %v: what happened before was not asked for", got)
		}
	})
}

// A webhook that was idle and is patched while it retries something else must not stand in a
// checkpoint as idle: it would miss what matches its new filter at the next start.
func TestFilterChangeOfAnIdleWebhookOutlivesARestart(t *testing.T) {
	nothing := func(*webhookHub, protocol.WebhookID) {}
	for name, c := range map[string]struct {
		endpoint script // of a redelivery
		before   func(*webhookHub, protocol.WebhookID)
	}{
		"during a wait":     {status(503), nothing},
		"during an attempt": {hang, nothing},
		// The router took it for idle before it was loaded again.
		"reloaded": {status(503), func(n *webhookHub, id protocol.WebhookID) {
			n.journal.FailNext(1, errors.New("disk on fire"))
			_, err := n.hub.Do(n.t.Context(), actors.Call{Command: protocol.Redeliver{ID: id, DeliveryID: n.logs(id)[0].DeliveryID}})
			if codeOf(err) != protocol.CodeStorage {
				n.t.Fatal(err)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { patchIdleWebhook(newWebhookHub(t), c.endpoint, c.before) })
		})
	}
}

func patchIdleWebhook(n *webhookHub, endpoint script, before func(*webhookHub, protocol.WebhookID)) {
	t := n.t
	id := n.hook(protocol.EventGameAdded)
	n.play(2)
	rest(time.Minute)
	n.sender.change(endpoint)
	do[protocol.RedeliveryQueued](t, n.hub, protocol.Redeliver{ID: id, DeliveryID: n.logs(id)[0].DeliveryID})
	rest(time.Millisecond)
	before(n, id)
	do[protocol.WebhookSaved](t, n.hub, protocol.UpdateWebhook{ID: id, Events: protocol.NewEventList(protocol.EventVoteReceived)})
	want := []string{n.vote(), n.vote(), n.vote()}
	rest(time.Millisecond)
	n.sender.change(status(200))
	n.restart()
	rest(time.Hour)
	log := slices.DeleteFunc(n.sender.log(id), func(s sent) bool { return s.Redelivery || s.Event != string(protocol.EventVoteReceived) })
	if got := votersIn(t, log); !slices.Equal(got, want) {
		t.Fatalf("sent %v, want %v", got, want)
	}
}

func TestADeliveryThatIsNotWantedAnyMoreIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived, protocol.EventGameAdded)
		n.sender.change(status(404))
		n.vote()
		n.play(2)
		rest(time.Minute)
		n.sender.change(status(200))
		do[protocol.WebhookSaved](t, n.hub, protocol.UpdateWebhook{ID: id, Events: protocol.NewEventList(protocol.EventGameAdded)})
		rest(time.Hour)
		got := n.sender.events(id)
		if got[len(got)-1] != "game.added" || n.health(id).QueueLength != 0 {
			t.Fatalf("sent %v", got)
		}
	})
}

func TestHungEndpointsDoNotDelayOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		n.sender.change(func(ctx context.Context, d webhook.Dispatch, i int) webhook.Attempt {
			if d.Webhook%2 == 0 {
				return hang(ctx, d, i)
			}
			time.Sleep(5 * time.Millisecond)
			return webhook.Attempt{Status: 200}
		})
		const hooks, votes = 300, 10
		for range hooks {
			n.hook(protocol.EventVoteReceived)
		}
		begun := time.Now()
		var want []string
		for range votes {
			want = append(want, n.vote())
		}
		rest(time.Second)
		for id := protocol.WebhookID(1); id <= hooks; id += 2 {
			log := n.sender.log(id)
			if got := votersIn(t, log); !slices.Equal(got, want) {
				t.Fatalf("webhook %d: %v", id, got)
			}
			if took := log[votes-1].at.Sub(begun); took > votes*6*time.Millisecond {
				t.Fatalf("webhook %d: the last after %v", id, took)
			}
		}
	})
}

func TestAllWebhooksGoOnAtOnceAfterAStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		const hooks = 100
		for range hooks {
			n.hook(protocol.EventVoteReceived)
		}
		n.stop()
		h, err := actors.New(t.Context(), actors.Options{Journal: n.journal}) // nobody delivers
		if err != nil {
			t.Fatal(err)
		}
		n.hub = h
		want := []string{n.vote(), n.vote()}
		n.restart()
		rest(time.Second)
		for id := protocol.WebhookID(1); id <= hooks; id++ {
			if got := votersIn(t, n.sender.log(id)); !slices.Equal(got, want) {
				t.Fatalf("webhook %d: %v", id, got)
			}
		}
	})
}

// A webhook that wants something rare writes nothing while votes go by, and finds it
// after a restart without reading them all again.
func TestEventsThatMatchNothingCostNoRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventGameAdded)
		before := n.journal.Head()
		for range 3000 {
			n.vote()
		}
		rest(time.Minute)
		if got := n.journal.Head() - before; got != 3000 {
			t.Fatalf("%d records for 3000 votes", got)
		}
		n.restart()
		n.play(2)
		synctest.Wait()
		if got := n.sender.events(id); !slices.Equal(got, []string{"game.added"}) {
			t.Fatalf("sent %v", got)
		}
	})
}

func TestThereIsALimitOfWebhooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		for range protocol.MaxWebhooks {
			n.hook()
		}
		c := protocol.CreateWebhook{Name: "one more", URL: "http://example.com", Secret: "mysecret123", Events: protocol.NewEventList()}
		if _, err := n.hub.Do(t.Context(), actors.Call{Command: c}); codeOf(err) != protocol.CodeConflict {
			t.Fatal(err)
		}
		do[protocol.DeletedWebhook](t, n.hub, protocol.DeleteWebhook{ID: 7})
		if id := n.hook(); id != protocol.MaxWebhooks+1 {
			t.Fatalf("id %d", id)
		}
	})
}

func TestACreationThatFailedLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		n.journal.FailNext(1, fmt.Errorf("sick"))
		c := protocol.CreateWebhook{Name: "a", URL: "http://example.com", Secret: "mysecret123", Events: protocol.NewEventList()}
		if _, err := n.hub.Do(t.Context(), actors.Call{Command: c}); codeOf(err) != protocol.CodeStorage {
			t.Fatal(err)
		}
		rest(3 * time.Second)
		if list, _ := n.hub.Webhooks(t.Context(), protocol.PageQuery{}); len(list.Rows) != 0 {
			t.Fatalf("%+v", list)
		}
		if _, err := n.hub.Webhook(t.Context(), 1); codeOf(err) != protocol.CodeNotFound {
			t.Fatal(err)
		}
		if id := n.hook(); id != 2 {
			t.Fatalf("id %d", id)
		}
	})
}

func TestAWebhookIsCreatedOncePerKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		call := actors.Call{
			Command: protocol.CreateWebhook{Name: "a", URL: "http://example.com", Secret: "mysecret123", Events: protocol.NewEventList()},
			Key:     &actors.Key{Scope: "webhooks.create", Name: "k"},
		}
		for range 2 {
			if _, err := n.hub.Do(t.Context(), call); err != nil {
				t.Fatal(err)
			}
			n.restart()
		}
		if list, _ := n.hub.Webhooks(t.Context(), protocol.PageQuery{}); len(list.Rows) != 1 {
			t.Fatalf("%d webhooks for one key", len(list.Rows))
		}
	})
}
