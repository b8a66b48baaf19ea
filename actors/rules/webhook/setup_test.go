package webhook_test

import (
	"testing"

	"partyline/actors/rules/webhook"
	"partyline/protocol"
)

const (
	noon   protocol.Timestamp = 1_700_000_000_000
	second protocol.Timestamp = 1000
	day                       = 86_400 * second
)

// desk is the state under test with the log of its facts.
type desk struct {
	*webhook.State
	log []webhook.Fact
	now protocol.Timestamp
	// draw is the chance of the next wait.
	draw float64
}

func newDesk() *desk { return &desk{State: webhook.New(7), now: noon, draw: 1} }

// created is a desk with a webhook that wants votes, at position 10.
func created(t testing.TB, events ...protocol.EventType) *desk {
	t.Helper()
	d := newDesk()
	if len(events) == 0 {
		events = []protocol.EventType{protocol.EventVoteReceived}
	}
	d.must(t, protocol.CreateWebhook{Name: "bot", URL: "https://a.example", Secret: "one", Events: protocol.NewEventList(events...), ID: 7, Head: 10})
	return d
}

func (d *desk) do(cmd protocol.Command) ([]webhook.Fact, any, *protocol.Error) {
	facts, err := d.Decide(nil, cmd, protocol.ReadingOf(d.now))
	if err != nil {
		return facts, nil, err
	}
	for _, f := range facts {
		d.log = append(d.log, f)
		d.Apply(f, protocol.Seq(len(d.log)))
	}
	return facts, d.Answer(cmd, facts), nil
}

func (d *desk) must(t testing.TB, cmd protocol.Command) any {
	t.Helper()
	_, answer, err := d.do(cmd)
	if err != nil {
		t.Fatalf("%#v: %v", cmd, err)
	}
	return answer
}

// attempt records an attempt at a live vote.
func (d *desk) attempt(t testing.TB, id protocol.DeliveryID, a webhook.Attempt) *webhook.Attempted {
	t.Helper()
	return d.record(t, &webhook.RecordAttempt{Delivery: id, Source: webhook.SourceLive, Outcome: a})
}

func (d *desk) record(t testing.TB, c *webhook.RecordAttempt) *webhook.Attempted {
	t.Helper()
	c.Event, c.Session = protocol.EventVoteReceived, 3
	c.Attempts, c.ConfigVersion, c.Draw = d.Attempts(), d.ConfigVersion(), d.draw
	c.Outcome.At = d.now
	facts, _, err := d.do(c)
	if err != nil {
		t.Fatalf("%+v: %v", c, err)
	}
	return facts[0].(*webhook.Attempted)
}

func answered(status int) webhook.Attempt { return webhook.Attempt{Status: status} }

func ptr[T any](v T) *T { return &v }
