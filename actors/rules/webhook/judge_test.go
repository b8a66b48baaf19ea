package webhook_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"partyline/actors/rules/webhook"
	"partyline/protocol"
)

func TestClassAndVerdictOfAnOutcome(t *testing.T) {
	for _, tt := range []struct {
		outcome webhook.Attempt
		class   webhook.FailureClass
		verdict webhook.Verdict
		state   protocol.WebhookState
	}{
		{answered(200), webhook.ClassSuccess, webhook.VerdictDelivered, protocol.WebhookHealthy},
		{answered(204), webhook.ClassSuccess, webhook.VerdictDelivered, protocol.WebhookHealthy},
		{answered(299), webhook.ClassSuccess, webhook.VerdictDelivered, protocol.WebhookHealthy},
		{answered(199), webhook.ClassEndpoint, webhook.VerdictRetry, protocol.WebhookFailing},
		{answered(301), webhook.ClassEndpoint, webhook.VerdictRetry, protocol.WebhookFailing},
		{answered(400), webhook.ClassMessage, webhook.VerdictRetry, protocol.WebhookHealthy},
		{answered(401), webhook.ClassEndpoint, webhook.VerdictRetry, protocol.WebhookFailing},
		{answered(403), webhook.ClassEndpoint, webhook.VerdictRetry, protocol.WebhookFailing},
		{answered(404), webhook.ClassEndpoint, webhook.VerdictRetry, protocol.WebhookFailing},
		{answered(405), webhook.ClassMessage, webhook.VerdictRetry, protocol.WebhookHealthy},
		{answered(408), webhook.ClassEndpoint, webhook.VerdictRetry, protocol.WebhookFailing},
		{answered(410), webhook.ClassGone, webhook.VerdictGone, protocol.WebhookDisabled},
		{answered(413), webhook.ClassMessage, webhook.VerdictRetry, protocol.WebhookHealthy},
		{answered(418), webhook.ClassEndpoint, webhook.VerdictRetry, protocol.WebhookFailing},
		{answered(425), webhook.ClassEndpoint, webhook.VerdictRetry, protocol.WebhookFailing},
		{answered(429), webhook.ClassEndpoint, webhook.VerdictRetry, protocol.WebhookFailing},
		{answered(431), webhook.ClassMessage, webhook.VerdictRetry, protocol.WebhookHealthy},
		{answered(500), webhook.ClassServer, webhook.VerdictRetry, protocol.WebhookFailing},
		{webhook.Attempt{Status: 503, RetryAfter: time.Second}, webhook.ClassEndpoint, webhook.VerdictRetry, protocol.WebhookFailing},
		{webhook.Attempt{Failure: webhook.FailureDNS}, webhook.ClassEndpoint, webhook.VerdictRetry, protocol.WebhookFailing},
		{webhook.Attempt{Failure: webhook.FailureTimeout, Status: 200}, webhook.ClassEndpoint, webhook.VerdictRetry, protocol.WebhookFailing},
		{webhook.Attempt{}, webhook.ClassEndpoint, webhook.VerdictRetry, protocol.WebhookFailing},
	} {
		d := created(t)
		f := d.attempt(t, 11, tt.outcome)
		if f.Class != tt.class || f.Verdict != tt.verdict || d.Status() != tt.state {
			t.Errorf("%+v: class %d, verdict %v, %s; want %d, %v, %s", tt.outcome, f.Class, f.Verdict, d.Status(), tt.class, tt.verdict, tt.state)
		}
		if waits := d.Head() != nil; waits != (f.Verdict != webhook.VerdictDelivered) || waits == (d.Cursor() == 11) {
			t.Errorf("%+v: head %+v, cursor %d", tt.outcome, d.Head(), d.Cursor())
		}
		if (f.Error == "") != (tt.class == webhook.ClassSuccess) {
			t.Errorf("%+v: error %q", tt.outcome, f.Error)
		}
	}
}

func TestTheWaitsOfTheSchedule(t *testing.T) {
	for name, tt := range map[string]struct {
		outcome webhook.Attempt
		draw    float64
		want    []protocol.Timestamp // seconds; 0 for dead, -1 for a ping first
	}{
		"a failing endpoint":       {answered(404), 1, []protocol.Timestamp{5, 30, 120, 300, 900, 900, 900}},
		"half the draw":            {answered(404), 0.5, []protocol.Timestamp{2, 15, 60, 150, 450}},
		"no draw":                  {answered(404), 0, []protocol.Timestamp{1, 1, 1}},
		"a refused message":        {answered(422), 1, []protocol.Timestamp{5, 15, 30, 60, 0}},
		"a 5xx":                    {answered(500), 1, []protocol.Timestamp{5, 15, 30, 60, -1}},
		"a hint":                   {webhook.Attempt{Status: 429, RetryAfter: time.Minute}, 1, []protocol.Timestamp{60, 60, 120, 300, 900}},
		"a hint of a year":         {webhook.Attempt{Status: 429, RetryAfter: 8760 * time.Hour}, 1, []protocol.Timestamp{3600, 3600}},
		"a refused message's hint": {webhook.Attempt{Status: 413, RetryAfter: 20 * time.Second}, 1, []protocol.Timestamp{20, 20, 30, 60, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			d := created(t)
			d.draw = tt.draw
			for i, want := range tt.want {
				f := d.attempt(t, 11, tt.outcome)
				got := (f.Due - d.now) / second
				switch f.Verdict {
				case webhook.VerdictDead:
					got = 0
				case webhook.VerdictProbe:
					got = -1
				}
				if got != want || f.Number != i+1 {
					t.Fatalf("attempt %d (%d): %d s, want %d", i+1, f.Number, got, want)
				}
				d.now = max(d.now, f.Due)
			}
		})
	}
}

func TestPingDecidesBetweenEndpointAndMessage(t *testing.T) {
	spent := func(t *testing.T) *desk {
		d := created(t)
		for range 5 {
			d.attempt(t, 11, answered(500))
		}
		if !d.Head().Probe {
			t.Fatalf("head %+v", d.Head())
		}
		return d
	}
	ping := func(t *testing.T, d *desk, a webhook.Attempt) *webhook.Attempted {
		return d.record(t, &webhook.RecordAttempt{Delivery: 11, Source: webhook.SourceLive, Probe: true, Outcome: a})
	}
	t.Run("taken: the message", func(t *testing.T) {
		d := spent(t)
		if f := ping(t, d, answered(200)); f.Verdict != webhook.VerdictDead || d.Head() != nil || d.Cursor() != 11 || d.Status() != protocol.WebhookHealthy {
			t.Fatalf("%+v, head %+v", f, d.Head())
		}
	})
	for _, status := range []int{500, 400, 404} {
		d := spent(t)
		f := ping(t, d, answered(status))
		if f.Verdict != webhook.VerdictRetry || f.Due != d.now+5*second || d.Head().Probe || d.Status() != protocol.WebhookFailing {
			t.Fatalf("ping answered %d: %+v, head %+v", status, f, d.Head())
		}
		d.now = f.Due
		if f := d.attempt(t, 11, answered(500)); f.Verdict != webhook.VerdictProbe {
			t.Fatalf("the next 5xx: %+v", f)
		}
		if f := ping(t, d, answered(status)); f.Due != d.now+30*second {
			t.Fatalf("the second hold: %+v", f)
		}
	}
	t.Run("gone", func(t *testing.T) {
		d := spent(t)
		if ping(t, d, answered(410)); d.Enabled() || d.Head() == nil {
			t.Fatal("a ping answered with 410 does not disable")
		}
	})
}

func TestAnOutcomeIsRecordedOnce(t *testing.T) {
	d := created(t)
	c := &webhook.RecordAttempt{Delivery: 11, Source: webhook.SourceLive, Outcome: answered(200)}
	d.record(t, c)
	if _, _, err := d.do(c); err == nil || err.Code != protocol.CodeConflict {
		t.Fatalf("a second time: %v", err)
	}
}

func TestFiveDaysAndEnoughAttempts(t *testing.T) {
	d := created(t)
	var f *webhook.Attempted
	for d.now < noon+5*day {
		f = d.attempt(t, 11, answered(404))
		if f.Verdict != webhook.VerdictRetry {
			t.Fatalf("disabled after %d s", (d.now-noon)/second)
		}
		d.now = f.Due
	}
	if f = d.attempt(t, 11, answered(404)); f.Verdict != webhook.VerdictExhausted || d.Status() != protocol.WebhookDisabled || d.Cursor() != 10 {
		t.Fatalf("%+v", f)
	}
	few := created(t)
	for range 99 {
		few.attempt(t, 11, answered(404))
	}
	few.now += 100 * day
	if f := few.attempt(t, 11, answered(404)); f.Verdict != webhook.VerdictRetry {
		t.Fatalf("after 99 attempts: %+v", f)
	}
}

func TestLongTextsAreCutAtARune(t *testing.T) {
	d := created(t)
	f := d.attempt(t, 11, webhook.Attempt{Status: 404, Error: "a" + strings.Repeat("ü", 5000), Excerpt: strings.Repeat("漢", 5000)})
	for _, s := range []string{f.Error, f.Excerpt} {
		if len(s) > 1024 || len(s) < 1020 || !utf8.ValidString(s) {
			t.Errorf("%d bytes, valid %v", len(s), utf8.ValidString(s))
		}
	}
}

// An attempt that began before a change of address or secret does not count as a failure.
func TestFailureUnderAnEarlierConfigIsRetriedAtOnce(t *testing.T) {
	d := created(t)
	c := &webhook.RecordAttempt{Delivery: 11, Source: webhook.SourceLive, Event: protocol.EventVoteReceived, Session: 3, Attempts: d.Attempts(), ConfigVersion: d.ConfigVersion(), Outcome: answered(410), Draw: 1}
	d.must(t, protocol.UpdateWebhook{ID: 7, URL: ptr("https://b.example"), Head: 10})
	facts, _, err := d.do(c)
	if err != nil {
		t.Fatal(err)
	}
	f := facts[0].(*webhook.Attempted)
	if f.Verdict != webhook.VerdictRetry || f.Due != 0 || f.Class != webhook.ClassStale || !d.Enabled() || d.Status() != protocol.WebhookHealthy {
		t.Fatalf("%+v", f)
	}
}

func TestTheLaneOfADeadOneHasOneTry(t *testing.T) {
	d := created(t)
	for range 5 {
		d.attempt(t, 11, answered(400))
	}
	if d.Cursor() != 11 {
		t.Fatal("not dead after the budget")
	}
	d.must(t, protocol.ReplayWebhook{ID: 7, Failed: true})
	id, ok := d.Redelivery()
	if !ok || id != 11 {
		t.Fatalf("queue: %d %v", id, ok)
	}
	f := d.record(t, &webhook.RecordAttempt{Delivery: 11, Source: webhook.SourceRedelivery, Outcome: answered(400)})
	if _, more := d.Redelivery(); f.Verdict != webhook.VerdictDead || more || d.Head() != nil {
		t.Fatalf("%+v", f)
	}
	if a := d.must(t, protocol.ReplayWebhook{ID: 7, Failed: true}).(protocol.ReplayAccepted); *a.Deliveries != 1 {
		t.Fatalf("dead: %+v", a)
	}
	d.record(t, &webhook.RecordAttempt{Delivery: 11, Source: webhook.SourceRedelivery, Outcome: answered(200)})
	if a := d.must(t, protocol.ReplayWebhook{ID: 7, Failed: true}).(protocol.ReplayAccepted); *a.Deliveries != 0 {
		t.Fatalf("delivered, and dead: %+v", a)
	}
}
