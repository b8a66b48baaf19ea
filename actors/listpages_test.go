package actors_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"partyline/protocol"
)

// TestPagesOfDeliveriesMissNothing while deliveries are added and sent again between one page
// and the next: who follows the cursor sees each that was there once, but for those that have
// moved to the top.
func TestPagesOfDeliveriesMissNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		for range 10 {
			n.vote()
		}
		synctest.Wait()
		want := deliveryIDs(n.deliveries(protocol.DeliveryFilter{ID: id}).Rows)
		var got []protocol.DeliveryID
		f := protocol.DeliveryFilter{ID: id, PageQuery: protocol.PageQuery{Limit: 3}}
		moved := want[8] // one of the last page, sent again after the first
		for first := true; ; first = false {
			page := n.deliveries(f)
			got = append(got, deliveryIDs(page.Rows)...)
			if page.Next == nil {
				break
			}
			f.Cursor = *page.Next
			n.vote()
			if first {
				do[protocol.RedeliveryQueued](t, n.hub, protocol.Redeliver{ID: id, DeliveryID: moved})
			}
			rest(time.Second)
		}
		if want = slices.DeleteFunc(want, func(d protocol.DeliveryID) bool { return d == moved }); !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
		whole := n.deliveries(protocol.DeliveryFilter{ID: id}).Rows
		second := n.deliveries(protocol.DeliveryFilter{ID: id, PageQuery: protocol.PageQuery{Limit: 4, Page: 2}})
		if !slices.Equal(deliveryIDs(second.Rows), deliveryIDs(whole)[4:8]) || !second.More {
			t.Fatalf("page 2 is %v of %v", deliveryIDs(second.Rows), deliveryIDs(whole))
		}
	})
}

// TestPagesOfLogsMissNothing: the same for attempts, of which a cursor never hides one.
func TestPagesOfLogsMissNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id, other := n.hook(protocol.EventVoteReceived), n.hook(protocol.EventVoteReceived)
		for range 10 {
			n.vote()
		}
		synctest.Wait()
		var got []protocol.WebhookLog
		want := n.logs(id)
		f := protocol.WebhookLogFilter{ID: id, PageQuery: protocol.PageQuery{Limit: 3}}
		for {
			page := n.logPage(f)
			got = append(got, page.Rows...)
			if page.Next == nil {
				break
			}
			f.Cursor = *page.Next
			n.vote()
			rest(time.Second)
		}
		if !slices.EqualFunc(got, want, func(a, b protocol.WebhookLog) bool { return a.ID == b.ID && string(a.Payload) == string(b.Payload) }) {
			t.Fatalf("%d attempts, want %d", len(got), len(want))
		}
		// The cursor of another webhook, and one of nothing, lead nowhere.
		for _, cursor := range []string{*n.logPage(protocol.WebhookLogFilter{ID: other, PageQuery: protocol.PageQuery{Limit: 1}}).Next, "999999999"} {
			if page := n.logPage(protocol.WebhookLogFilter{ID: id, PageQuery: protocol.PageQuery{Cursor: cursor}}); len(page.Rows) != 0 || page.More {
				t.Errorf("cursor %s: %+v", cursor, page)
			}
		}
	})
}

// TestAttemptsOfADeliveryAreBounded: an endpoint that is down for days makes no answer of hundreds
// of attempts for each event.
func TestAttemptsOfADeliveryAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(status(503))
		n.vote()
		rest(2 * 24 * time.Hour)
		list := n.deliveries(protocol.DeliveryFilter{ID: id}).Rows
		logs := n.logs(id)
		if len(list) != 1 || len(list[0].Attempts) != protocol.MaxListedAttempts || len(logs) < 100 || list[0].Attempts[0].Attempt != len(logs) {
			t.Fatalf("%d deliveries with %d attempts, %d in the logs", len(list), len(list[0].Attempts), len(logs))
		}
	})
}

func (n *webhookHub) deliveries(f protocol.DeliveryFilter) protocol.Page[protocol.Delivery] {
	n.t.Helper()
	page, err := n.hub.Deliveries(n.t.Context(), f)
	if err != nil {
		n.t.Fatal(err)
	}
	return page
}

func (n *webhookHub) logPage(f protocol.WebhookLogFilter) protocol.Page[protocol.WebhookLog] {
	n.t.Helper()
	page, err := n.hub.WebhookLogs(n.t.Context(), f)
	if err != nil {
		n.t.Fatal(err)
	}
	return page
}

func deliveryIDs(list []protocol.Delivery) (ids []protocol.DeliveryID) {
	for _, d := range list {
		ids = append(ids, d.ID)
	}
	return ids
}
