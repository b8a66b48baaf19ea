package webhook_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"partyline/actors/rules/webhook"
	"partyline/protocol"
)

func TestDecide(t *testing.T) {
	disabled := []protocol.Command{protocol.UpdateWebhook{ID: 7, Enabled: ptr(false)}}
	for name, tt := range map[string]struct {
		given []protocol.Command // after the creation
		when  protocol.Command
		then  []webhook.Fact
		code  protocol.Code
	}{
		"a second creation": {when: protocol.CreateWebhook{Name: "n", URL: "u", Secret: "s"}, code: protocol.CodeConflict},
		"an update of everything": {
			when: protocol.UpdateWebhook{
				ID: 7, Name: ptr("n"), URL: ptr("u"), Secret: ptr("s"), Events: protocol.NewEventList("*", "*"), Enabled: ptr(false), Head: 12,
				Sessions: protocol.Optional[[]protocol.SessionID]{Set: true, Value: &[]protocol.SessionID{2, 2}}, RateLimit: protocol.Optional[int]{Set: true, Value: ptr(5)},
			},
			then: []webhook.Fact{&webhook.Updated{
				At: noon, Name: ptr("n"), URL: ptr("u"), Secret: ptr("s"), Events: &[]protocol.EventType{"*"}, Enabled: ptr(false), Reached: 12,
				Sessions: &[]protocol.SessionID{2}, RateLimit: ptr(5),
			}},
		},
		"no limit and all sessions again": {
			when: protocol.UpdateWebhook{ID: 7, Sessions: protocol.Optional[[]protocol.SessionID]{Set: true}, RateLimit: protocol.Optional[int]{Set: true}},
			then: []webhook.Fact{&webhook.Updated{At: noon, Sessions: &[]protocol.SessionID{}, RateLimit: ptr(0)}},
		},
		"a rotation":               {when: protocol.RotateSecret{ID: 7, Secret: "s"}, then: []webhook.Fact{&webhook.SecretRotated{At: noon, Secret: "s", Until: noon + day}}},
		"a rotation without delay": {when: protocol.RotateSecret{ID: 7, Secret: "s", Overlap: ptr(protocol.Duration(0))}, then: []webhook.Fact{&webhook.SecretRotated{At: noon, Secret: "s", Until: noon}}},
		"a test":                   {when: protocol.TestWebhook{ID: 7}, then: []webhook.Fact{&webhook.Tested{At: noon}}},
		"a test while disabled":    {given: disabled, when: protocol.TestWebhook{ID: 7}, then: []webhook.Fact{&webhook.Tested{At: noon, Aside: true}}},
		"a redelivery":             {when: protocol.Redeliver{ID: 7, DeliveryID: 9}, then: []webhook.Fact{&webhook.RedeliveryQueued{At: noon, Delivery: 9}}},
		"one that is queued":       {given: []protocol.Command{protocol.Redeliver{ID: 7, DeliveryID: 9}}, when: protocol.Redeliver{ID: 7, DeliveryID: 9}},
		"one that is to come":      {when: protocol.Redeliver{ID: 7, DeliveryID: 11}, code: protocol.CodeConflict},
		"a redelivery, disabled":   {given: disabled, when: protocol.Redeliver{ID: 7, DeliveryID: 9}, code: protocol.CodeConflict},
		"a replay":                 {when: protocol.ReplayWebhook{ID: 7, Since: ptr(noon), From: 2, Until: 10}, then: []webhook.Fact{&webhook.ReplayStarted{At: noon, After: 2, Until: 10}}},
		"a replay of nothing":      {when: protocol.ReplayWebhook{ID: 7, Since: ptr(noon), From: 10, Until: 10}},
		"a replay of no dead":      {when: protocol.ReplayWebhook{ID: 7, Failed: true}},
		"a second replay": {
			given: []protocol.Command{protocol.ReplayWebhook{ID: 7, Since: ptr(noon), From: 2, Until: 10}},
			when:  protocol.ReplayWebhook{ID: 7, Since: ptr(noon), From: 2, Until: 10}, code: protocol.CodeConflict,
		},
		"what waited too long": {
			when: &webhook.Expire{Reason: "old", Events: []webhook.Waited{{Delivery: 10}, {Delivery: 11, Event: protocol.EventVoteReceived, Session: 3}}},
			then: []webhook.Fact{&webhook.Attempted{At: noon, Began: noon, Delivery: 11, Source: webhook.SourceLive, Event: protocol.EventVoteReceived, Session: 3, Number: 1,
				Failure: webhook.FailureExpired, Error: "old", Class: webhook.ClassStale, Verdict: webhook.VerdictDead}},
		},
		"a stop":         {when: protocol.StopReplay{ID: 7}, then: []webhook.Fact{&webhook.ReplayStopped{At: noon}}},
		"the end":        {when: protocol.DeleteWebhook{ID: 7}, then: []webhook.Fact{&webhook.Deleted{At: noon}}},
		"after the end":  {given: []protocol.Command{protocol.DeleteWebhook{ID: 7}}, when: protocol.TestWebhook{ID: 7}, code: protocol.CodeNotFound},
		"something else": {when: protocol.CreateSession{}, code: protocol.CodeInternal},
	} {
		t.Run(name, func(t *testing.T) {
			d := created(t)
			for _, c := range tt.given {
				d.must(t, c)
			}
			before := string(d.AppendSnapshot(nil))
			facts, err := d.Decide(nil, tt.when, protocol.ReadingOf(noon))
			if string(d.AppendSnapshot(nil)) != before {
				t.Error("deciding changed the state")
			}
			if (err == nil) != (tt.code == "") || err != nil && err.Code != tt.code {
				t.Fatalf("got %v, want %s", err, tt.code)
			}
			if d := cmp.Diff(tt.then, facts); d != "" {
				t.Errorf("facts (-want +got):\n%s", d)
			}
		})
	}
}

func TestTheSecretsThatSign(t *testing.T) {
	d := created(t)
	rotate := func(s string, overlap time.Duration) {
		d.must(t, protocol.RotateSecret{ID: 7, Secret: s, Overlap: ptr(protocol.Duration(overlap))})
	}
	rotate("two", time.Hour)
	rotate("three", 10*time.Hour) // does not make the first last longer
	for _, tt := range []struct {
		after time.Duration
		want  []string
	}{
		{0, []string{"three", "two", "one"}}, {time.Hour - time.Millisecond, []string{"three", "two", "one"}}, {time.Hour, []string{"three", "two"}}, {10 * time.Hour, []string{"three"}},
	} {
		if diff := cmp.Diff(tt.want, d.Secrets(noon+protocol.Timestamp(tt.after.Milliseconds()))); diff != "" {
			t.Errorf("after %v: %s", tt.after, diff)
		}
	}
	for range 10 {
		rotate("x", time.Hour)
		rotate("y", time.Hour)
	}
	rotate("z", time.Hour)
	if got := d.Secrets(noon); len(got) > 4 || got[0] != "z" {
		t.Errorf("%d secrets sign: %v", len(got), got)
	}
}

func TestConfigChangeResetsFailures(t *testing.T) {
	for name, c := range map[string]protocol.Command{
		"url": protocol.UpdateWebhook{ID: 7, URL: ptr("v")}, "secret": protocol.UpdateWebhook{ID: 7, Secret: ptr("v")}, "rotation": protocol.RotateSecret{ID: 7, Secret: "v"},
	} {
		d := created(t)
		for range 4 {
			d.attempt(t, 11, answered(404))
		}
		d.must(t, c)
		if h := d.Head(); h == nil || h.Due != 0 || d.Status() != protocol.WebhookHealthy {
			t.Errorf("%s: head %+v, %s", name, h, d.Status())
		}
		if f := d.attempt(t, 11, answered(404)); f.Due != d.now+5*second || f.Number != 5 {
			t.Errorf("%s: then %+v", name, f)
		}
	}
	d := created(t)
	d.attempt(t, 11, answered(404))
	due := d.Head().Due
	d.must(t, protocol.UpdateWebhook{ID: 7, Name: ptr("v"), Enabled: ptr(true)})
	if d.Head().Due != due || d.Status() != protocol.WebhookFailing {
		t.Error("another name is no reason to try again")
	}
}
