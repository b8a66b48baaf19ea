package webhook_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"partyline/actors/codec/codectest"
	"partyline/actors/rules/webhook"
	"partyline/protocol"
)

// stored is every kind of fact as it stands on disk.
var stored = []struct {
	fact  webhook.Fact
	bytes string
}{
	{&webhook.Created{At: noon, Name: "n", URL: "u", Secret: "s", Events: []protocol.EventType{"*"}, Sessions: []protocol.SessionID{3}, RateLimit: ptr(30), Reached: 9},
		"\x01" + `{"at":"2023-11-14T22:13:20.000Z","name":"n","url":"u","secret":"s","events":["*"],"sessions":[3],"rate":30,"reached":9}`},
	{&webhook.Updated{At: noon, Name: ptr("n"), Sessions: &[]protocol.SessionID{}, RateLimit: ptr(0), Enabled: ptr(false), Reached: 9},
		"\x02" + `{"at":"2023-11-14T22:13:20.000Z","name":"n","sessions":[],"rate":0,"enabled":false,"reached":9}`},
	{&webhook.SecretRotated{At: noon, Secret: "t", Until: noon + second}, "\x03" + `{"at":"2023-11-14T22:13:20.000Z","secret":"t","until":"2023-11-14T22:13:21.000Z"}`},
	{&webhook.Tested{At: noon, Aside: true}, "\x04" + `{"at":"2023-11-14T22:13:20.000Z","aside":true}`},
	{&webhook.RedeliveryQueued{At: noon, Delivery: 5}, "\x05" + `{"at":"2023-11-14T22:13:20.000Z","delivery":5}`},
	{&webhook.DeadRequeued{At: noon}, "\x06" + `{"at":"2023-11-14T22:13:20.000Z"}`},
	{&webhook.ReplayStarted{At: noon, After: 1, Until: 2}, "\x07" + `{"at":"2023-11-14T22:13:20.000Z","after":1,"until":2}`},
	{&webhook.ReplayStopped{At: noon}, "\x08" + `{"at":"2023-11-14T22:13:20.000Z"}`},
	{&webhook.Skipped{At: noon, Source: webhook.SourceLive, Through: 8}, "\x09" + `{"at":"2023-11-14T22:13:20.000Z","lane":1,"through":8}`},
	{&webhook.Attempted{At: noon, Began: noon - 1, Took: 1, Delivery: 8, Source: webhook.SourceLive, Probe: true, Event: "e", Session: 3, Number: 2, Status: 200,
		Failure: "tls", Error: "x", Excerpt: "y", Class: webhook.ClassSuccess, Verdict: webhook.VerdictDead, Due: 4},
		"\x0a\x80\xd0\x95\xff\xbc1\x01\x01\x08\x01\x01\x01e\x03\x02\xc8\x01\x03tls\x01x\x01y\x01\x04\x04"},
	{&webhook.Deleted{At: noon}, "\x0b" + `{"at":"2023-11-14T22:13:20.000Z"}`},
	{&webhook.Disabled{At: noon, Reason: "r"}, "\x0c" + `{"at":"2023-11-14T22:13:20.000Z","reason":"r"}`},
	{&webhook.Disabled{At: noon, Reason: "r", Epoch: "e"}, "\x0c" + `{"at":"2023-11-14T22:13:20.000Z","reason":"r","epoch":"e"}`},
	{&webhook.Created{At: noon, URL: "u", Secret: "s", Epoch: "e"}, "\x01" + `{"at":"2023-11-14T22:13:20.000Z","name":"","url":"u","secret":"s","events":null,"reached":0,"epoch":"e"}`},
}

var facts = codectest.Facts[webhook.Fact]{Append: webhook.AppendFact, Read: webhook.ReadFact}

func TestFactsAreStoredForEver(t *testing.T) {
	for _, tt := range stored {
		facts.Stored(t, tt.fact, tt.bytes)
	}
}

func TestReadFactRefuses(t *testing.T) {
	attempt := stored[9].bytes
	for name, data := range map[string]string{
		"nothing": "", "a later kind": "\x0d{}", "no reason": "\x0c" + `{"at":"2023-11-14T22:13:20.000Z"}`, "cut JSON": "\x04{", "no moment": "\x04{}", "more fields": "\x04" + `{"at":"2023-11-14T22:13:20.000Z","new":1}`,
		"two values": "\x04" + `{"at":"2023-11-14T22:13:20.000Z"}{}`, "no url": "\x01" + `{"at":"2023-11-14T22:13:20.000Z","secret":"s"}`,
		"an empty secret": "\x02" + `{"at":"2023-11-14T22:13:20.000Z","secret":""}`, "an unknown source": "\x09" + `{"at":"2023-11-14T22:13:20.000Z","lane":9}`,
		"a replay of nothing": "\x07" + `{"at":"2023-11-14T22:13:20.000Z","after":2,"until":2}`,
		"a cut attempt":       attempt[:len(attempt)-1], "a longer attempt": attempt + "x", "a verdict nobody knows": attempt[:len(attempt)-2] + "\x63\x04",
	} {
		t.Run(name, func(t *testing.T) { facts.Refused(t, data, "") })
	}
}

// After any commands, the live state, the state replayed from the stored facts, and
// that of a snapshot with the facts after it are one.
func TestReplayIsLive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := newDesk()
		snapshot, upTo := d.AppendSnapshot(nil), 0
		for range rapid.IntRange(0, 60).Draw(t, "commands") {
			d.now += protocol.Timestamp(rapid.IntRange(-60, 1000).Draw(t, "seconds")) * second
			if rapid.IntRange(0, 19).Draw(t, "restore") == 0 {
				d.RestoredIn(rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "epoch"))
			}
			before := string(d.AppendSnapshot(nil))
			if _, _, err := d.do(drawCommand(t, d)); err != nil && before != string(d.AppendSnapshot(nil)) {
				t.Fatalf("refused with %v and changed", err)
			}
			if rapid.IntRange(0, 9).Draw(t, "snapshot") == 0 {
				snapshot, upTo = d.AppendSnapshot(nil), len(d.log)
			}
		}
		live := string(d.AppendSnapshot(nil))
		if diff := cmp.Diff(live, string(replayed(t, webhook.New(7), d.log, 0).AppendSnapshot(nil))); diff != "" {
			t.Fatalf("replayed is not live: %s", diff)
		}
		tail := replayed(t, codectest.Restored(t, webhook.New(7), snapshot), d.log[upTo:], upTo)
		if diff := cmp.Diff(live, string(tail.AppendSnapshot(nil))); diff != "" {
			t.Fatalf("snapshot and tail are not live: %s", diff)
		}
		if diff := cmp.Diff(d.Webhook(), tail.Webhook()); diff != "" {
			t.Fatalf("another resource: %s", diff)
		}
	})
}

// The cursor of live events never goes back, and nothing is both dead and waiting.
func TestTheCursorNeverGoesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := newDesk()
		var cursor protocol.DeliveryID
		existed := false
		for range rapid.IntRange(0, 60).Draw(t, "commands") {
			d.now += protocol.Timestamp(rapid.IntRange(-60, 1000).Draw(t, "seconds")) * second
			_, _, _ = d.do(drawCommand(t, d))
			if existed && !d.Exists() {
				return
			}
			existed = d.Exists()
			if d.Cursor() < cursor {
				t.Fatalf("cursor %d after %d", d.Cursor(), cursor)
			}
			cursor = d.Cursor()
			if h := d.Head(); h != nil && h.Source == webhook.SourceLive && h.Delivery <= cursor {
				t.Fatalf("head %+v behind the cursor %d", h, cursor)
			}
		}
	})
}

func drawCommand(t *rapid.T, d *desk) protocol.Command {
	kinds := []func() protocol.Command{
		func() protocol.Command { return drawAttempt(t, d) },
		func() protocol.Command { return drawAttempt(t, d) },
		func() protocol.Command { return drawAttempt(t, d) },
		func() protocol.Command {
			return &webhook.Skip{Source: webhook.Source(rapid.IntRange(1, 4).Draw(t, "source")), Through: d.Cursor() + protocol.DeliveryID(rapid.IntRange(0, 3).Draw(t, "through"))}
		},
		func() protocol.Command { return drawUpdate(t, d) },
		func() protocol.Command { return protocol.TestWebhook{ID: 7} },
		func() protocol.Command {
			return protocol.RotateSecret{ID: 7, Secret: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "secret")}
		},
		func() protocol.Command {
			return protocol.Redeliver{ID: 7, DeliveryID: protocol.DeliveryID(rapid.IntRange(1, 40).Draw(t, "id"))}
		},
		func() protocol.Command {
			return protocol.ReplayWebhook{ID: 7, Failed: rapid.Bool().Draw(t, "failed"), From: 1, Until: d.Cursor()}
		},
		func() protocol.Command { return protocol.StopReplay{ID: 7} },
		func() protocol.Command { return &webhook.Disable{Reason: "r"} },
	}
	if !d.Exists() {
		return protocol.CreateWebhook{Name: "n", URL: "u", Secret: "s", Events: protocol.NewEventList(protocol.EventVoteReceived), Head: 3}
	}
	if rapid.IntRange(0, 60).Draw(t, "end") == 0 {
		return protocol.DeleteWebhook{ID: 7}
	}
	return rapid.SampledFrom(kinds).Draw(t, "kind")()
}

func drawUpdate(t *rapid.T, d *desk) protocol.Command {
	c := protocol.UpdateWebhook{ID: 7, Head: d.Cursor()}
	if h := d.Head(); h == nil || h.Source != webhook.SourceLive {
		c.Head += protocol.DeliveryID(rapid.IntRange(0, 2).Draw(t, "reached"))
	}
	switch rapid.IntRange(0, 3).Draw(t, "field") {
	case 0:
		c.Enabled = ptr(rapid.IntRange(0, 2).Draw(t, "enabled") > 0)
	case 1:
		c.URL = ptr("v")
	case 2:
		c.Events = protocol.NewEventList(rapid.SampledFrom([]protocol.EventType{protocol.EventVoteReceived, protocol.EventGameAdded, "*"}).Draw(t, "event"))
	default:
		c.Sessions = protocol.Optional[[]protocol.SessionID]{Set: true, Value: &[]protocol.SessionID{protocol.SessionID(rapid.IntRange(1, 3).Draw(t, "session"))}}
	}
	return c
}

// drawAttempt makes the attempt that the actor would make next, or one at random.
func drawAttempt(t *rapid.T, d *desk) protocol.Command {
	c := &webhook.RecordAttempt{
		Delivery: d.Cursor() + 1, Source: webhook.SourceLive, Event: protocol.EventVoteReceived, Session: protocol.SessionID(rapid.IntRange(1, 3).Draw(t, "session")),
		Attempts: d.Attempts(), ConfigVersion: d.ConfigVersion() - rapid.IntRange(0, 4).Draw(t, "edition")/4, Draw: rapid.Float64Range(0, 0.999).Draw(t, "draw"),
	}
	if h := d.Head(); h != nil {
		c.Delivery, c.Source, c.Probe = h.Delivery, h.Source, h.Probe
	} else if id, ok := d.Redelivery(); ok && rapid.Bool().Draw(t, "redelivery") {
		c.Delivery, c.Source = id, webhook.SourceRedelivery
	} else if r := d.Replay(); r != nil && rapid.Bool().Draw(t, "replay") {
		c.Delivery, c.Source = r.After+1, webhook.SourceReplay
	} else if _, ok := d.Test(); ok {
		c.Source = webhook.SourceTest
	}
	c.Outcome = answered(rapid.SampledFrom([]int{0, 200, 200, 400, 400, 404, 410, 429, 500, 500, 500}).Draw(t, "status"))
	c.Outcome.At = d.now
	return c
}

func TestRestoreRefusesAndKeepsTheState(t *testing.T) {
	for name, data := range map[string]string{
		"nothing": "", "cut": `{"phase":1`, "no url": `{"phase":1,"secrets":[{"value":"s"}],"counts":{}}`, "a phase nobody knows": `{"phase":9}`,
		"unsorted dead": `{"phase":0,"dead":[2,1]}`, "no source": `{"phase":0,"head":{"delivery":1}}`, "another field": `{"phase":0,"new":1}`,
		"too many tests": `{"phase":0,"tests":[1` + strings.Repeat(",1", 100) + `]}`, "an empty replay": `{"phase":0,"replay":{"after":3,"until":3}}`,
	} {
		t.Run(name, func(t *testing.T) {
			codectest.RefusedSnapshot(t, created(t), data)
		})
	}
}

// Whatever the bytes, reading a fact ends without a panic; what can be read can be
// applied, and is written back as something that reads the same.
func FuzzReadFact(f *testing.F) {
	for _, tt := range stored {
		f.Add([]byte(tt.bytes))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fact, ok := facts.Fuzzed(t, data)
		if !ok {
			return
		}
		d := created(t)
		d.Apply(fact, 2)
		_, _ = d.Webhook(), d.Health()
	})
}

// Whatever the bytes, restoring ends without a panic, and what was restored is written
// as something that restores to the same.
func FuzzRestore(f *testing.F) {
	d := created(f)
	for range 5 {
		d.attempt(f, 11, answered(500))
	}
	f.Add(d.AppendSnapshot(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		h := webhook.New(7)
		if codectest.FuzzedSnapshot(t, h, webhook.New(7), data) {
			_, _ = h.Webhook(), h.Health()
		}
	})
}

func replayed(t codectest.Failer, h *webhook.State, log []webhook.Fact, before int) *webhook.State {
	for i, f := range log {
		h.Apply(facts.Again(t, f), protocol.Seq(before+i+1))
	}
	return h
}
