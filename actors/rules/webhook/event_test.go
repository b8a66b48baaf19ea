package webhook_test

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"partyline/actors/rules/webhook"
	"partyline/protocol"
)

// What is posted is what was stored, byte for byte, whatever the texts in it.
func TestTheBodyHoldsTheStoredData(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := protocol.Timestamp(rapid.Int64Range(1, 253402300799999).Draw(t, "at"))
		event := protocol.Event{
			Type: rapid.SampledFrom(protocol.EventTypes()).Draw(t, "type"), Timestamp: at,
			SessionID: protocol.SessionID(rapid.Int64Min(0).Draw(t, "session")), Seq: protocol.Seq(rapid.Uint64().Draw(t, "seq")),
			Data: map[string]string{"text": rapid.String().Draw(t, "text"), `","data":{`: "x"},
		}
		stored, err := json.Marshal(event)
		if err != nil {
			t.Fatal(err)
		}
		kind, session, ok := webhook.Peek(stored)
		if !ok || protocol.EventType(kind) != event.Type || session != event.SessionID {
			t.Fatalf("peek at %s: %s, %d, %v", stored, kind, session, ok)
		}
		e, err := webhook.ReadEvent(stored)
		if err != nil {
			t.Fatal(err)
		}
		data, _ := json.Marshal(event.Data)
		body := string(e.AppendBody(nil))
		if want := `{"event":"` + string(event.Type) + `","timestamp":"` + at.String() + `","data":` + string(data) + `}`; body != want {
			t.Fatalf("body %s, want %s", body, want)
		}
	})
}

func TestAVoteIsCutLikeAnyEvent(t *testing.T) {
	stored := protocol.AppendVoteEvent(nil, noon, 5, &protocol.VoteReceived{SessionID: 3, Vote: protocol.Vote{Username: `a"b`}})
	e, err := webhook.ReadEvent(stored)
	if err != nil || e.Type != protocol.EventVoteReceived || e.Session != 3 || !json.Valid(e.Data) {
		t.Fatalf("%+v %v", e, err)
	}
}

// An event that is written in another way is read all the same.
func TestAnEventWithItsFieldsInAnotherOrder(t *testing.T) {
	e, err := webhook.ReadEvent([]byte(`{"data": {"a": 1}, "sessionId": 4, "timestamp": "2024-01-15T12:00:00.000Z", "type": "x.y"}`))
	if err != nil || e.Type != "x.y" || e.Session != 4 || string(e.AppendBody(nil)) != `{"event":"x.y","timestamp":"2024-01-15T12:00:00.000Z","data":{"a": 1}}` {
		t.Fatalf("%+v %v", e, err)
	}
	for _, bad := range []string{"", "{", "[]", `{"type":"x"}`, `{"type":"x","timestamp":"noon\"}"}`} {
		if e, err := webhook.ReadEvent([]byte(bad)); err == nil {
			t.Errorf("%s: %+v", bad, e)
		}
	}
}

// Whatever the bytes, cutting an event ends without a panic.
func FuzzReadEvent(f *testing.F) {
	f.Add([]byte(`{"type":"vote.received","timestamp":"2024-01-15T12:00:00.000Z","sessionId":3,"seq":5,"data":{"a":1}}`))
	f.Add([]byte(`{"data":{},"type":"x","timestamp":"2024-01-15T12:00:00.000Z"}`))
	f.Add([]byte(`{"type":"a","timestamp":"","sessionId":-,"seq":,"data":}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		kind, session, ok := webhook.Peek(data)
		e, err := webhook.ReadEvent(data)
		if err != nil {
			return
		}
		if ok && (string(e.Type) != string(kind) || e.Session != session) {
			t.Fatalf("peek %s %d, read %s %d", kind, session, e.Type, e.Session)
		}
		if len(e.AppendBody(nil)) < len(e.Data) {
			t.Fatal("the body lost the data")
		}
	})
}

func TestATestIsAGameAddedEvent(t *testing.T) {
	d := created(t)
	stored := d.Publish(nil, &webhook.Tested{At: noon}, 4)
	e, err := webhook.ReadEvent(stored)
	if err != nil || e.Type != protocol.EventGameAdded || e.Session != 0 {
		t.Fatalf("%s: %+v %v", stored, e, err)
	}
	for _, f := range []webhook.Fact{&webhook.Skipped{At: noon}, &webhook.Deleted{At: noon}} {
		if b := d.Publish(nil, f, 5); len(b) != 0 {
			t.Errorf("%T tells %s", f, b)
		}
	}
}
