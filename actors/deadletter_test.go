package actors_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"partyline/actors/rules/webhook"
	"partyline/protocol"
)

// A message that the endpoint refuses is dead after its budget; an endpoint that fails holds all deliveries.

// refuses answers code to bodies that hold the name and 200 to all others.
func refuses(name string, code int) script {
	return func(_ context.Context, d webhook.Dispatch, _ int) webhook.Attempt {
		if strings.Contains(string(d.Body), `"`+name+`"`) {
			return webhook.Attempt{Status: code, Error: "refused"}
		}
		return webhook.Attempt{Status: 200}
	}
}

func TestRefusedMessageIsDeadAfterItsBudget(t *testing.T) {
	for _, code := range []int{400, 405, 406, 411, 413, 414, 415, 422, 431} {
		synctest.Test(t, func(t *testing.T) {
			n := newWebhookHub(t)
			id := n.hook(protocol.EventVoteReceived)
			n.sender.change(refuses("v1", code))
			n.vote()
			after := n.vote()
			rest(2 * time.Minute)
			log := n.sender.log(id)
			if got := votersIn(t, log); !slices.Equal(got, []string{"v1", "v1", "v1", "v1", "v1", after}) {
				t.Fatalf("status %d: sent %v", code, got)
			}
			checkWaits(t, log, 5, 15, 30, 60, 0)
			h := n.health(id)
			if h.State != protocol.WebhookHealthy || h.Dead != 1 || h.Delivered != 1 {
				t.Fatalf("status %d: health %+v", code, h)
			}
			list, err := n.hub.Deliveries(t.Context(), protocol.DeliveryFilter{ID: id, Status: protocol.DeliveryDead})
			if err != nil || len(list.Rows) != 1 || len(list.Rows[0].Attempts) != 5 || list.Rows[0].Attempts[0].Attempt != 5 {
				t.Fatalf("status %d: deliveries %+v %v", code, list, err)
			}
		})
	}
}

func TestMessageAnswered5xxIsDeadWhenAPingIsAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(refuses("v1", 500))
		n.vote()
		after := n.vote()
		rest(2 * time.Minute)
		log := n.sender.log(id)
		if got := n.sender.events(id); !slices.Equal(got, []string{"vote.received", "vote.received", "vote.received", "vote.received", "vote.received", "ping", "vote.received"}) {
			t.Fatalf("sent %v", got)
		}
		ping, last := log[5], log[6]
		if len(ping.Secrets) != 1 || ping.MessageID == log[0].MessageID || !strings.HasPrefix(string(ping.Body), `{"event":"ping","timestamp":"`) {
			t.Fatalf("ping %+v", ping)
		}
		if voterIn(t, last.Body) != after {
			t.Fatalf("then %s", last.Body)
		}
		rows := n.logs(id)
		if rows[1].EventType != protocol.EventPing || *rows[1].ResponseStatus != 200 || rows[1].ErrorMessage != nil {
			t.Fatalf("log of the ping %+v", rows[1])
		}
		if h := n.health(id); h.Dead != 1 || h.State != protocol.WebhookHealthy {
			t.Fatalf("health %+v", h)
		}
	})
}

func TestEndpointThatAnswers5xxHoldsDeliveries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(status(503))
		want := []string{n.vote(), n.vote()}
		rest(24 * time.Hour)
		if h := n.health(id); h.Dead != 0 || h.State != protocol.WebhookFailing || h.QueueLength != 2 {
			t.Fatalf("health %+v", h)
		}
		n.sender.change(status(200))
		count := len(n.sender.log(id))
		rest(16 * time.Minute)
		if got := votersIn(t, n.sender.log(id)[count:]); !slices.Equal(got, want) {
			t.Fatalf("got %v", got)
		}
	})
}

func TestRefusedMessageIsFoundWhenTheEndpointIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(status(502))
		n.vote()
		after := n.vote()
		rest(3 * time.Hour)
		n.sender.change(refuses("v1", 500))
		rest(16 * time.Minute)
		log := n.sender.log(id)
		if voterIn(t, log[len(log)-1].Body) != after {
			t.Fatal("the line is still held")
		}
		if h := n.health(id); h.Dead != 1 || h.Delivered != 1 || h.State != protocol.WebhookHealthy {
			t.Fatalf("health %+v", h)
		}
	})
}

func TestDeadDeliveriesAreRedelivered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(func(_ context.Context, d webhook.Dispatch, _ int) webhook.Attempt {
			if d.Redelivery || d.Event == "ping" {
				return webhook.Attempt{Status: 200}
			}
			return webhook.Attempt{Status: 422, Error: "status 422"}
		})
		want := []string{n.vote(), n.vote(), n.vote()}
		rest(10 * time.Minute)
		if h := n.health(id); h.Dead != 3 {
			t.Fatalf("health %+v", h)
		}
		count := len(n.sender.log(id))
		a := do[protocol.ReplayAccepted](t, n.hub, protocol.ReplayWebhook{ID: id, Failed: true})
		if a.Deliveries == nil || *a.Deliveries != 3 {
			t.Fatalf("answer %+v", a)
		}
		n.restart()
		rest(time.Second)
		again := n.sender.log(id)[count:]
		if got := votersIn(t, again); !slices.Equal(got, want) {
			t.Fatalf("redelivered %v", got)
		}
		for _, s := range again {
			if !s.Redelivery {
				t.Fatal("a redelivery without its mark")
			}
		}
		if a := do[protocol.ReplayAccepted](t, n.hub, protocol.ReplayWebhook{ID: id, Failed: true}); *a.Deliveries != 0 || a.Message != "Nothing to replay" {
			t.Fatalf("a second time: %+v", a)
		}
	})
}

func TestRedeliveriesOfRefusedMessagesDelayNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(refuses("v1", 400))
		n.vote()
		rest(5 * time.Minute)
		do[protocol.ReplayAccepted](t, n.hub, protocol.ReplayWebhook{ID: id, Failed: true})
		rest(time.Second)
		begun := time.Now()
		after := n.vote()
		rest(time.Second)
		log := n.sender.log(id)
		last := log[len(log)-1]
		if voterIn(t, last.Body) != after || last.at.Sub(begun) > 100*time.Millisecond {
			t.Fatalf("last sent %s after %v", last.Body, last.at.Sub(begun))
		}
		if h := n.health(id); h.Dead != 2 || h.Redeliveries != 0 {
			t.Fatalf("health %+v", h)
		}
	})
}
