package webhook_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"partyline/loadtest/oracle/webhook"
	"partyline/protocol"
)

// A second life begins at second 10; events are a second apart from second 1 on.
const second = int64(time.Second)

func event(n int) webhook.Event {
	return webhook.Event{Session: 1, Seq: protocol.Seq(n), Type: protocol.EventVoteReceived, Key: webhook.KeyOf(protocol.EventVoteReceived, fmt.Sprint(n), nil)}
}

// seen is event n accepted by endpoint 1, as delivery 100+n.
func seen(n int, at int64) webhook.Request {
	return webhook.Request{Endpoint: 1, Hook: 7, Delivery: protocol.DeliveryID(100 + n), Key: event(n).Key, Began: at, Ended: at + second/10, Status: 204}
}

// with is a seen with another answer.
func with(s webhook.Request, status int) webhook.Request {
	s.Status = status
	return s
}

// good is a run with a failure, a dead letter and a double of the crash.
func good() webhook.Run {
	s := webhook.Run{
		Hooks:     []webhook.Hook{{ID: 7, Endpoint: 1, Events: []protocol.EventType{protocol.EventVoteReceived}, Sessions: []protocol.SessionID{1}, After: map[protocol.SessionID]protocol.Seq{1: 2}, Dead: []protocol.DeliveryID{105}}},
		Log:       []webhook.Event{{Session: 1, Seq: 1, Key: "started", Type: protocol.EventSessionStarted}, event(2), event(3), event(4), event(5), event(6), event(7)},
		Lifetimes: []webhook.Lifetime{{Started: 0, Ready: second, Ended: 9 * second}, {Started: 10 * second, Ready: 11 * second, Ended: 30 * second}},
	}
	s.Received = []webhook.Request{seen(3, second), with(seen(4, 2*second), 503), seen(4, 3*second)}
	for i := range int64(5) {
		s.Received = append(s.Received, with(seen(5, 4*second+i*second/2), 422))
	}
	s.Received = append(s.Received, seen(6, 8*second), seen(6, 12*second), seen(7, 13*second))
	return s
}

func TestAGoodRunIsGood(t *testing.T) {
	v := webhook.Judge(good())
	if v.FindingCount != 0 {
		t.Fatalf("findings: %q", v.Findings)
	}
	if v.Accepted != 4 || v.Doubles != 1 || v.Dead != 1 || v.Refused != 6 || v.Resumed.Count != 1 || v.Resumed.P50 != 1000 {
		t.Errorf("counted %+v", v)
	}
}

// Each change is what a server could do wrong.
func TestBadRunsAreFound(t *testing.T) {
	last := func(s *webhook.Run) *webhook.Request { return &s.Received[len(s.Received)-1] }
	for name, c := range map[string]struct {
		spoil func(*webhook.Run)
		says  string
	}{
		"lost at the end":      {func(s *webhook.Run) { s.Received = s.Received[:len(s.Received)-1] }, "lost seq 7"},
		"lost in the middle":   {func(s *webhook.Run) { s.Received = slices.Delete(s.Received, 0, 1) }, "lost seq 3"},
		"given up, not listed": {func(s *webhook.Run) { s.Hooks[0].Dead = nil }, "lost seq 5"},
		"given up too early":   {func(s *webhook.Run) { s.Received = slices.Delete(s.Received, 3, 4) }, "is dead, was refused 4 times"},
		"accepted and listed":  {func(s *webhook.Run) { s.Hooks[0].Dead = append(s.Hooks[0].Dead, 106) }, "accepted: true"},
		"overtaken":            {func(s *webhook.Run) { s.Received = slices.Delete(s.Received, 2, 3) }, "came while 104 was neither accepted nor dead"},
		"swapped":              {func(s *webhook.Run) { s.Received[0], s.Received[2] = seen(4, second), seen(3, 3*second) }, "delivery 103 came after 104"},
		"swapped under new ids": {func(s *webhook.Run) {
			s.Received[8].Key, s.Received[9].Key, last(s).Key = event(7).Key, event(7).Key, event(6).Key
		}, "seq 6 of session 1 came after 7"},
		"doubled without a crash": {func(s *webhook.Run) { s.Received = slices.Insert(s.Received, 1, seen(3, second+second/2)) }, "no crash lies between"},
		"doubled twice by a crash": {func(s *webhook.Run) {
			s.Received = slices.Insert(s.Received, len(s.Received)-1, seen(6, 12*second+second/2))
		}, "start 2 doubled 2"},
		"doubled as another delivery": {func(s *webhook.Run) { s.Received[9].Delivery = 999; last(s).Delivery = 1000 }, "seq 6 of session 1 came after 6"},
		"another event on a retry":    {func(s *webhook.Run) { s.Received[1].Key = event(3).Key }, "is another event than before"},
		"two at a time":               {func(s *webhook.Run) { s.Received[1].Ended = 3*second + 1 }, "came while 104 was under way"},
		"never ended":                 {func(s *webhook.Run) { s.Received[1].Ended = 0 }, "came while 104 was under way"},
		"of another timeline":         {func(s *webhook.Run) { last(s).Epoch = "other" }, `the epoch of its webhook-id is "other"`},
		"badly signed":                {func(s *webhook.Run) { last(s).Wrong = "standard signature" }, "standard signature"},
		"to the wrong endpoint":       {func(s *webhook.Run) { last(s).Hook = 8 }, "not a good one"},
		"redelivered unasked":         {func(s *webhook.Run) { last(s).Redelivery = true }, "not a good one"},
		"nobody's endpoint":           {func(s *webhook.Run) { last(s).Endpoint = 2 }, "endpoint 2: 1 requests and no webhook"},
		"not subscribed":              {func(s *webhook.Run) { s.Hooks[0].Events = []protocol.EventType{protocol.EventGameAdded} }, "no event that it should have"},
		"another session's":           {func(s *webhook.Run) { s.Hooks[0].Sessions = []protocol.SessionID{2} }, "no event that it should have"},
		"from before its creation":    {func(s *webhook.Run) { s.Hooks[0].After[1] = 3 }, "no event that it should have"},
		"never happened":              {func(s *webhook.Run) { s.Log = s.Log[:len(s.Log)-1] }, "no event that it should have"},
		"late after the restart":      {func(s *webhook.Run) { s.Received[9].Began, s.Received[9].Ended = 13*second+1, 13*second+2 }, "nothing came for"},
		"events that look the same":   {func(s *webhook.Run) { s.Log = append(s.Log, event(7)) }, "cannot be told apart"},
	} {
		t.Run(name, func(t *testing.T) {
			s := good()
			c.spoil(&s)
			v := webhook.Judge(s)
			if v.FindingCount == 0 || !strings.Contains(strings.Join(v.Findings, "\n"), c.says) {
				t.Errorf("no finding says %q: %q", c.says, v.Findings)
			}
		})
	}
}

// A webhook whose last request failed waits as the schedule says, also over a crash.
func TestWaitingForARetryIsNotLate(t *testing.T) {
	s := good()
	s.Received = s.Received[:9]
	s.Received = append(s.Received, with(seen(7, 8*second+second/2), 500), seen(7, 25*second))
	if v := webhook.Judge(s); v.FindingCount != 0 {
		t.Errorf("findings: %q", v.Findings)
	}
	// One that was cut off by the crash has nothing to wait for.
	s.Received[9].Status, s.Received[9].Ended = 0, 10*second
	if v := webhook.Judge(s); v.FindingCount != 1 || !strings.Contains(v.Findings[0], "nothing came for") {
		t.Errorf("findings: %q", v.Findings)
	}
}

func TestRedeliveriesThatWereAskedForMayCome(t *testing.T) {
	s := good()
	s.Hooks[0].Redelivered = []protocol.DeliveryID{103}
	again := seen(3, 14*second)
	again.Redelivery = true
	s.Received = append(s.Received, again)
	if v := webhook.Judge(s); v.FindingCount != 0 || v.Doubles != 1 {
		t.Errorf("%d doubles, findings: %q", v.Doubles, v.Findings)
	}
}

func TestTheLiveEventAndTheDeliveryHaveOneKey(t *testing.T) {
	e, err := webhook.ReadEvent([]byte(`{"type":"vote.received","timestamp":"2024-01-15T12:00:00.000Z","sessionId":3,"seq":9,"data":{"a": 1}}`))
	if err != nil || e.Session != 3 || e.Seq != 9 || e.Type != protocol.EventVoteReceived {
		t.Fatalf("%+v, %v", e, err)
	}
	for body, same := range map[string]bool{
		`{"event":"vote.received","timestamp":"2024-01-15T12:00:00.000Z","data":{"a": 1}}`: true,
		`{"event":"vote.received","timestamp":"2024-01-15T12:00:00.000Z","data":{"a":1}}`:  false,
		`{"event":"vote.received","timestamp":"2024-01-15T12:00:00.001Z","data":{"a": 1}}`: false,
		`{"event":"game.added","timestamp":"2024-01-15T12:00:00.000Z","data":{"a": 1}}`:    false,
	} {
		if k, err := webhook.ReadBody([]byte(body)); err != nil || (k == e.Key) != same {
			t.Errorf("%s: %v, %v", body, k == e.Key, err)
		}
	}
	if _, err := webhook.ReadBody([]byte(`[`)); err == nil {
		t.Error("what is no JSON has a key")
	}
}
