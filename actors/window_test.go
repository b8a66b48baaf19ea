package actors

import (
	"encoding/json"
	"slices"
	"testing"

	"partyline/actors/queue"
	"partyline/actors/webhook"
	"partyline/protocol"
)

// A filter that comes while the dispatcher reads: what it has left aside by then was
// not looked at for the new filter. Webhooks lost events that way.
func TestTheWindowDoesNotClaimWhatItReadBeforeAFilterCame(t *testing.T) {
	votes := webhook.Filter{Events: []protocol.EventType{protocol.EventVoteReceived}}
	vote := parcel{id: 5, kind: protocol.EventVoteReceived}
	w := newWindow()
	w.begin(0)
	if w.wants(&vote) {
		t.Fatal("wanted by nobody")
	}
	w.cover(1, votes) // in the middle of the dispatcher's reading
	w.push(nil, 10)
	var found queue.FIFO[parcel]
	if _, ok := w.take(&found, 1, 0, 64); ok {
		t.Fatal("the window claims to know what it has not looked at")
	}
	vote.id = 11
	if !w.wants(&vote) {
		t.Fatal("not wanted after the filter came")
	}
	w.push([]parcel{vote}, 12)
	through, ok := w.take(&found, 1, 10, 64)
	if !ok || through != 12 || found.Len() != 1 || found.Pop().id != 11 {
		t.Fatalf("after it: through %d, %v", through, ok)
	}
}

func TestTheWindowIsBounded(t *testing.T) {
	w := newWindow()
	w.begin(0)
	w.cover(1, webhook.Filter{Events: []protocol.EventType{protocol.EventAny}})
	w.pause()
	const extra = 100
	for i := range windowParcels + extra {
		w.push([]parcel{{id: protocol.DeliveryID(i + 1), kind: "x", stored: make([]byte, 100)}}, protocol.DeliveryID(i+1))
	}
	var found queue.FIFO[parcel]
	if _, ok := w.take(&found, 1, extra-1, 1); ok {
		t.Fatal("it claims to hold what it has let go")
	}
	if through, ok := w.take(&found, 1, extra, 1); !ok || through != extra+1 {
		t.Fatalf("through %d, %v", through, ok)
	}
	w.push([]parcel{{id: 1 << 40, kind: "x", stored: make([]byte, windowBytes+1)}}, 1<<40)
	if len(w.parcels) != 0 || w.bytes != 0 {
		t.Fatalf("%d parcels of %d bytes", len(w.parcels), w.bytes)
	}
}

// FuzzReadMark: a mark is written as it was read.
func FuzzReadMark(f *testing.F) {
	for _, s := range []string{`[1,2,9]`, `[]`, `null`, `[2,1]`, `[1,1]`, `[0]`, `[9223372036854775808]`, `{}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		asleep, ok := readMark(data)
		if !ok {
			return
		}
		written, err := json.Marshal(asleep)
		again, ok := readMark(written)
		if err != nil || !ok || !slices.Equal(asleep, again) || slices.ContainsFunc(asleep, func(id protocol.WebhookID) bool { return id < 1 }) {
			t.Fatalf("%s is %v, and %s is %v, %v", data, asleep, written, again, err)
		}
	})
}
