package actors_test

import (
	"encoding/json"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"partyline/protocol"
)

// voterIn is the name in a body that was sent.
func voterIn(t *testing.T, body []byte) string {
	t.Helper()
	var b struct{ Data json.RawMessage }
	if err := json.Unmarshal(body, &b); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return voterOf(t, b.Data)
}

// voterOf is the name in the data of a vote.received event.
func voterOf(t *testing.T, data []byte) string {
	t.Helper()
	var d struct{ Vote struct{ Username string } }
	if err := json.Unmarshal(data, &d); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	return d.Vote.Username
}

func TestAnEventIsDelivered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventGameAdded)
		n.vote()
		n.play(2)
		synctest.Wait()
		log := n.sender.log(id)
		if len(log) != 1 || log[0].Event != "game.added" || log[0].URL != "https://example.com/hook" || !slices.Equal(log[0].Secrets, []string{"mysecret123"}) {
			t.Fatalf("sent %+v", log)
		}
		var body map[string]json.RawMessage
		if err := json.Unmarshal(log[0].Body, &body); err != nil || len(body) != 3 || string(body["event"]) != `"game.added"` {
			t.Fatalf("body %s: %v", log[0].Body, err)
		}
		rows := n.logs(id)
		if len(rows) != 1 || *rows[0].ResponseStatus != 200 || rows[0].ErrorMessage != nil || string(rows[0].Payload) != string(body["data"]) {
			t.Fatalf("logs %+v", rows)
		}
		if rows[0].MessageID != log[0].MessageID || rows[0].Attempt != 1 || rows[0].EventType != protocol.EventGameAdded {
			t.Fatalf("logs %+v", rows)
		}
		h := n.health(id)
		if h.State != protocol.WebhookHealthy || h.Delivered != 1 || h.QueueLength != 0 || h.LastSuccess == nil {
			t.Fatalf("health %+v", h)
		}
	})
}

func TestVotesAreDeliveredInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		var want []string
		for range 300 {
			want = append(want, n.vote())
		}
		synctest.Wait()
		if got := votersIn(t, n.sender.log(id)); !slices.Equal(got, want) {
			t.Fatalf("got %v", got)
		}
	})
}

// More events come than wait in memory for one webhook: the others are read from the journal.
func TestWebhookThatFallsBehindGetsEverythingInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		behind, other := n.hook(protocol.EventVoteReceived), n.hook(protocol.EventGameAdded)
		n.sender.change(status(404))
		n.vote()
		synctest.Wait()
		var want []string
		for range 20_000 {
			want = append(want, n.vote())
		}
		n.sender.change(status(200))
		n.play(2)
		synctest.Wait()
		if got := n.sender.events(other); !slices.Equal(got, []string{"game.added"}) {
			t.Fatalf("the other webhook got %v", got)
		}
		rest(time.Hour)
		want = append(want, n.vote())
		rest(time.Second)
		got := votersIn(t, n.sender.log(behind))
		if len(got) < len(want) || !slices.Equal(got[len(got)-len(want):], want) {
			t.Fatalf("%d deliveries of %d events, or not in order", len(got), len(want)+1)
		}
		if h := n.health(behind); h.QueueLength != 0 || h.Delivered != 20_002 {
			t.Fatalf("%+v", h)
		}
	})
}
