package actors_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"partyline/persistence"
	"partyline/protocol"
)

// damageLast damages the newest record of the session, and goes on with another session.
func (n *webhookHub) damageLast() {
	n.t.Helper()
	stream := "session/" + n.session.String()
	seq, err := n.journal.Last(n.t.Context(), stream)
	if err != nil {
		n.t.Fatal(err)
	}
	n.journal.Damage(stream, seq)
}

func (n *webhookHub) nextSession(game protocol.GameID) {
	n.t.Helper()
	n.session = do[protocol.Session](n.t, n.hub, protocol.CreateSession{}).ID
	n.play(game)
}

// TestDamagedEventThatIsRetriedBecomesADeadLetter: it holds nothing up, and the host finds it.
func TestDamagedEventThatIsRetriedBecomesADeadLetter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(status(404))
		n.vote()
		rest(time.Minute)
		retried := n.logs(id)[0].DeliveryID
		n.stop()
		n.damageLast()
		n.sender.change(status(200))
		before := len(n.sender.log(id))
		n.start()
		n.nextSession(2)
		votes := []string{n.vote(), n.vote()}
		rest(time.Hour)
		if got := votersIn(t, n.sender.log(id)[before:]); !slices.Equal(got, votes) {
			t.Fatalf("delivered %v, want the votes behind the damaged one, %v", got, votes)
		}
		if h := n.health(id); h.Dead != 1 || h.QueueLength != 0 || h.NextAttemptAt != nil {
			t.Errorf("health %+v, want one dead letter", h)
		}
		d, err := n.hub.Delivery(t.Context(), id, retried)
		if err != nil {
			t.Fatal(err)
		}
		last := d.Attempts[0]
		if d.Status != protocol.DeliveryDead || d.EventType != protocol.EventVoteReceived || *last.ErrorClass != "damaged" ||
			!strings.Contains(*last.ErrorMessage, "damaged") || last.ResponseStatus != nil || string(last.Payload) != "null" {
			t.Errorf("delivery %+v", d)
		}
	})
}

// TestDamagedEventThatIsRedeliveredHoldsNothingUp: a dead letter stays one when its event
// cannot be read.
func TestDamagedEventThatIsRedeliveredHoldsNothingUp(t *testing.T) {
	for title, damaged := range map[string]bool{"damaged": true, "whole": false} {
		t.Run(title, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newWebhookHub(t)
				id := n.hook(protocol.EventVoteReceived)
				n.sender.change(status(422))
				first := n.vote()
				rest(time.Hour)
				n.sender.change(status(200))
				want := []string{first}
				if damaged {
					n.damageLast()
					want = nil
				}
				n.nextSession(2)
				before := len(n.sender.log(id))
				do[protocol.ReplayAccepted](t, n.hub, protocol.ReplayWebhook{ID: id, Failed: true})
				rest(time.Minute)
				want = append(want, n.vote())
				rest(time.Hour)
				if got := votersIn(t, n.sender.log(id)[before:]); !slices.Equal(got, want) {
					t.Errorf("delivered %v, want %v", got, want)
				}
				if h := n.health(id); h.Redeliveries != 0 || h.QueueLength != 0 || h.Dead != 1 {
					t.Errorf("health %+v", h)
				}
				list, err := n.hub.Deliveries(t.Context(), protocol.DeliveryFilter{ID: id, Status: protocol.DeliveryDead, PageQuery: protocol.PageQuery{Limit: 10}})
				if err != nil || len(list.Rows) == 1 != damaged {
					t.Errorf("dead letters %+v, %v", list, err)
				}
			})
		})
	}
}

// TestDamagedTestHoldsNothingUp: a test that is sent outside the order is read from the
// webhook's own stream.
func TestDamagedTestHoldsNothingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(status(404))
		n.vote()
		rest(time.Minute)
		n.sender.change(slowly)
		do[protocol.TestSent](t, n.hub, protocol.TestWebhook{ID: id})
		synctest.Wait()
		do[protocol.TestSent](t, n.hub, protocol.TestWebhook{ID: id})
		seq, err := n.journal.Last(t.Context(), "webhook/1")
		if err != nil {
			t.Fatal(err)
		}
		n.journal.Damage("webhook/1", persistence.Seq(seq))
		rest(time.Hour)
		if got := n.sender.events(id); !slices.Equal(got[len(got)-2:], []string{"game.added", "vote.received"}) {
			t.Fatalf("sent %v, want the vote behind the damaged test", got)
		}
	})
}
