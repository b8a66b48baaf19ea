package oracle_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"partyline/loadtest/oracle"
	"partyline/protocol"
	"partyline/protocol/client"
)

func TestSoundRunHasNoFindings(t *testing.T) {
	r := newRun()
	for range 5 {
		r.votes.Settle(r.cast().Number, oracle.Acknowledged)
	}
	lost := r.votes.Take(1)
	r.votes.Sent(lost, 0, began)
	r.cast() // unknown, and recorded
	r.show(1, 2, 3, 4, 5, 6)
	r.show(1, 2, 3, 4, 5, 6)
	r.judge(6)
	r.wantNone(t)
	want := oracle.Counts{Sent: 7, Acknowledged: 5, Unknown: 2, Found: 1}
	if got := r.votes.Count(); got != want {
		t.Errorf("counts %+v, want %+v", got, want)
	}
}

// hello is the answer to a subscribe.
func hello(e protocol.Epoch, reset bool) protocol.Subscribed {
	return protocol.Subscribed{Epoch: e, Reset: reset}
}

// TestScreensResumeWhereTheyWere: its first connection knows no timeline, the next one does.
func TestScreensResumeWhereTheyWere(t *testing.T) {
	r := newRun()
	r.votes.Settle(r.cast().Number, oracle.Acknowledged)
	w := r.show()
	if m := w.Subscription(client.Subscription{Session: 7}); m.Since == nil || *m.Since != 0 || m.Epoch != "" || m.Session != 7 {
		t.Errorf("%+v", m)
	}
	w.Subscribed(hello("a", false))
	w.See(1, r.log[0])
	if m := w.Subscription(client.Subscription{}); *m.Since != 1 || m.Epoch != "a" {
		t.Errorf("%+v", m)
	}
	w.Subscribed(hello("a", false))
	r.wantNone(t)
}

// Each fault is what a broken server would do to one vote or one screen; the words
// are what the finding must say.
func TestEveryFaultIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		fault func(r *run)
		words string
	}{
		"event left out":          {func(r *run) { r.show(1, 3) }, "a gap: seq 3 came after 1"},
		"event twice":             {func(r *run) { r.show(1, 2, 2, 3) }, "seq 2 came again"},
		"events swapped":          {func(r *run) { r.show(1, 3, 2) }, "seq 2 came again, or late, after 3"},
		"first event left out":    {func(r *run) { r.show(2, 3) }, "a gap: seq 2 came after 0"},
		"acknowledged and lost":   {func(r *run) { r.votes.Settle(r.lose(), oracle.Acknowledged) }, "acknowledged and is lost"},
		"refused and recorded":    {func(r *run) { r.votes.Settle(2, oracle.Refused); r.show(1, 2, 3) }, "refused and stands in seq 3"},
		"vote recorded twice":     {func(r *run) { r.again(1); r.show(1, 2, 3, 4) }, "stands under seq 2 already"},
		"vote of nobody":          {func(r *run) { r.stranger(); r.show(1, 2, 3, 4) }, "nobody sent"},
		"other thumb":             {func(r *run) { r.flip(); r.show(1, 2, 3, 4) }, "the other thumb"},
		"other timestamp":         {func(r *run) { r.replace(3, "14T22:13:20.002", "14T22:13:20.003"); r.show(1, 2, 3) }, "the timestamp was"},
		"other game":              {func(r *run) { r.replace(3, `"game":{"id":40`, `"game":{"id":41`); r.show(1, 2, 3) }, "game 40 was played"},
		"other session":           {func(r *run) { r.replace(3, `"sessionId":7`, `"sessionId":8`); r.show(1, 2, 3) }, "another session"},
		"totals jump":             {func(r *run) { r.replace(3, `"upvotes":3`, `"upvotes":4`); r.show(1, 2, 3) }, "says totals"},
		"REST counts one more":    {func(r *run) { r.show(1, 2, 3); r.totals.Upvotes++ }, "REST says"},
		"history changes":         {func(r *run) { r.show(1, 2); r.replace(2, `Pack`, `Sack`); r.show(1, 2) }, "was another event before"},
		"not JSON":                {func(r *run) { r.replace(2, `"data"`, `data`); r.show(1, 2) }, "invalid character"},
		"unknown type":            {func(r *run) { r.replace(2, `vote.received`, `vote.believed`); r.show(1, 2) }, "no known type"},
		"event seen by no screen": {func(r *run) { r.show(1, 2) }, "nobody saw seq 3 of 3"},
		"another timeline":        {func(r *run) { w := r.show(1); w.Subscribed(hello("a", false)); w.Subscribed(hello("b", false)) }, `the epoch is "b" after "a"`},
		"reset":                   {func(r *run) { w := r.show(1); w.Subscribed(hello("a", false)); w.Subscribed(hello("a", true)) }, "reset true"},
		"folded":                  {func(r *run) { r.show(1).Skipped(3) }, "folded into a snapshot of seq 3 after 1"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRun()
			for range 3 {
				r.votes.Settle(r.cast().Number, oracle.Acknowledged)
			}
			if name == "refused and recorded" {
				r = newRun()
				for range 3 {
					r.cast()
				}
			}
			c.fault(r)
			r.judge(3)
			r.wantFinding(t, c.words)
		})
	}
}

func TestAcknowledgedButAfterTheHeadIsFound(t *testing.T) {
	r := newRun()
	for range 3 {
		r.votes.Settle(r.cast().Number, oracle.Acknowledged)
	}
	r.show(1, 2, 3)
	r.judge(2)
	r.wantFinding(t, "acknowledged but came after seq 2")
}

func TestVotesBelongToTheGameOfTheirTime(t *testing.T) {
	r := newRun()
	r.events.GameStarted(game+1, began+2)
	for range 3 {
		r.cast()
	}
	r.replace(3, `"game":{"id":40`, `"game":{"id":41`)
	r.show(1, 2, 3)
	r.wantNone(t)
}

func TestScannedAndDecodedMessagesAreTheSame(t *testing.T) {
	r := newRun()
	r.cast()
	fast, ok := oracle.Open(r.log[0])
	var spaced bytes.Buffer
	if err := json.Indent(&spaced, r.log[0], "", " "); err != nil {
		t.Fatal(err)
	}
	slow, ok2 := oracle.Open(spaced.Bytes())
	if !ok || !ok2 || string(fast.Type) != string(slow.Type) || fast.Seq != slow.Seq || fast.Session != slow.Session || fast.Event != slow.Event {
		t.Errorf("scanned %+v, decoded %+v", fast, slow)
	}
	if e, ok := oracle.Open([]byte(`{"type":"pong"}`)); !ok || e.Event || string(e.Type) != "pong" {
		t.Errorf("pong is %+v", e)
	}
	if _, ok := oracle.Open([]byte(`[1]`)); ok {
		t.Error("a list passes for a message")
	}
}

func (r *run) lose() oracle.Number {
	n := r.votes.Take(1)
	r.votes.Sent(n, 0, began)
	return n
}

func (r *run) again(n oracle.Number) {
	v, _ := r.votes.Vote(n)
	r.write(v, v.Up)
}

func (r *run) stranger() {
	r.write(oracle.Vote{Number: 99, Stamp: began}, true)
}

func (r *run) flip() {
	n := r.lose()
	v, _ := r.votes.Vote(n)
	r.write(v, !v.Up)
}

func (r *run) replace(seq int, from, to string) {
	r.log[seq-1] = bytes.ReplaceAll(bytes.Clone(r.log[seq-1]), []byte(from), []byte(to))
}
