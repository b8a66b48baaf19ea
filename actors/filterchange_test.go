package actors_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"partyline/actors"
	"partyline/actors/rules/webhook"
	"partyline/persistence"
	"partyline/protocol"
)

// slowly answers 200 after ten seconds.
func slowly(context.Context, webhook.Dispatch, int) webhook.Attempt {
	time.Sleep(10 * time.Second)
	return webhook.Attempt{Status: 200}
}

// redelivering is a webhook for added games whose first delivery is delivered again, by an
// attempt that takes ten seconds.
func redelivering(n *webhookHub) protocol.WebhookID {
	n.t.Helper()
	id := n.hook(protocol.EventGameAdded)
	n.play(2)
	synctest.Wait()
	first := n.logs(id)[0].DeliveryID
	n.sender.change(slowly)
	do[protocol.RedeliveryQueued](n.t, n.hub, protocol.Redeliver{ID: id, DeliveryID: first})
	synctest.Wait()
	return id
}

func (n *webhookHub) wantVotesNow(id protocol.WebhookID) {
	n.t.Helper()
	do[protocol.WebhookSaved](n.t, n.hub, protocol.UpdateWebhook{ID: id, Events: protocol.NewEventList(protocol.EventVoteReceived)})
}

// votesTo are the voters in the live deliveries of votes to a webhook, in order.
func (n *webhookHub) votesTo(id protocol.WebhookID) []string {
	n.t.Helper()
	return votersIn(n.t, slices.DeleteFunc(n.sender.log(id), func(s sent) bool {
		return s.Redelivery || s.Event != string(protocol.EventVoteReceived)
	}))
}

// TestEventsBetweenTwoChangesOfAWebhookAreDelivered: the first change sets other event types
// during a redelivery; what matches them must be delivered whatever is changed next.
func TestEventsBetweenTwoChangesOfAWebhookAreDelivered(t *testing.T) {
	name := "renamed"
	for title, second := range map[string]protocol.UpdateWebhook{
		"name":   {Name: &name},
		"events": {Events: protocol.NewEventList(protocol.EventVoteReceived, protocol.EventGameAdded)},
	} {
		t.Run(title, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newWebhookHub(t)
				id := redelivering(n)
				n.wantVotesNow(id)
				votes := []string{n.vote(), n.vote(), n.vote()}
				rest(time.Second)
				second.ID = id
				do[protocol.WebhookSaved](t, n.hub, second)
				votes = append(votes, n.vote())
				rest(time.Hour)
				if got := n.votesTo(id); !slices.Equal(got, votes) {
					t.Fatalf("delivered %v, want %v", got, votes)
				}
			})
		})
	}
}

// TestEventsBetweenAChangeAndAReplayAreDeliveredOnce: the range of a replay ends where live
// delivery goes on.
func TestEventsBetweenAChangeAndAReplayAreDeliveredOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := redelivering(n)
		n.wantVotesNow(id)
		votes := []string{n.vote(), n.vote(), n.vote()}
		var since protocol.Timestamp
		before := len(n.sender.log(id))
		do[protocol.ReplayAccepted](t, n.hub, protocol.ReplayWebhook{ID: id, Since: &since})
		rest(time.Hour)
		if got := votersIn(t, n.sender.log(id)[before:]); !slices.Equal(got, votes) {
			t.Fatalf("delivered %v, want each of %v once", got, votes)
		}
	})
}

// lateAnswers reports the outcome of every append to one stream a second late.
type lateAnswers struct {
	persistence.Journal
	stream string
}

func (j lateAnswers) Append(a persistence.Append) {
	if done := a.Done; a.Stream == j.stream {
		a.Done = func(o persistence.Outcome) { time.AfterFunc(time.Second, func() { done(o) }) }
	}
	j.Journal.Append(a)
}

// TestEventsAreDeliveredAfterTwoChangesAtOnce: the second change is decided before the first
// one has its outcome, when a vote that it asks for has happened already.
func TestEventsAreDeliveredAfterTwoChangesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		n.wrapped = lateAnswers{n.journal, "webhook/1"}
		n.restart()
		id := n.hook(protocol.EventGameAdded)
		rest(time.Minute)
		name, saved := "renamed", make(chan *protocol.Error, 2)
		change := func(c protocol.UpdateWebhook) {
			n.hub.Go(actors.Call{Command: c}, func(_ any, err *protocol.Error) { saved <- err })
			synctest.Wait()
		}
		change(protocol.UpdateWebhook{ID: id, Events: protocol.NewEventList(protocol.EventVoteReceived)})
		votes := []string{n.vote(), n.vote()}
		change(protocol.UpdateWebhook{ID: id, Name: &name})
		for range 2 {
			if err := <-saved; err != nil {
				t.Fatal(err)
			}
		}
		rest(time.Hour)
		if got := n.votesTo(id); !slices.Equal(got, votes) {
			t.Fatalf("delivered %v, want %v", got, votes)
		}
	})
}

// TestAFilterChangedWhileDisabledCountsFromTheChange: the same events are delivered whether
// or not the hub was restarted in between.
func TestAFilterChangedWhileDisabledCountsFromTheChange(t *testing.T) {
	for title, restart := range map[string]bool{"running": false, "restarted": true} {
		t.Run(title, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newWebhookHub(t)
				id := n.hook(protocol.EventGameAdded)
				n.play(2)
				synctest.Wait()
				first := n.logs(id)[0].DeliveryID
				n.vote() // not wanted
				rest(time.Minute)
				n.sender.change(status(410))
				do[protocol.RedeliveryQueued](t, n.hub, protocol.Redeliver{ID: id, DeliveryID: first})
				rest(time.Minute)
				n.sender.change(status(200))
				n.wantVotesNow(id)
				if restart {
					n.restart()
				}
				on := true
				do[protocol.WebhookSaved](t, n.hub, protocol.UpdateWebhook{ID: id, Enabled: &on})
				last := n.vote()
				rest(time.Hour)
				if got := n.votesTo(id); !slices.Equal(got, []string{last}) {
					t.Fatalf("delivered %v, want %v", got, last)
				}
			})
		})
	}
}
