package actors_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"partyline/actors"
	"partyline/persistence"
	"partyline/protocol"
)

// timeline is a journal's records in another timeline: what a restore makes of them, and
// what an upgrade from a version without epochs makes of its folder.
type timeline struct {
	persistence.Journal
	epoch   persistence.Epoch
	lineage persistence.Lineage
}

func (t timeline) Epoch() persistence.Epoch { return t.epoch }

func (t timeline) EpochAt(p persistence.Position) string {
	if id, ok := t.lineage.At(p); ok {
		return id
	}
	if p <= t.epoch.AdoptedAt {
		return ""
	}
	return t.epoch.ID
}

const (
	newEpoch     = "nnnnnnnnnnnnnnnn"
	adoptedEpoch = "aaaaaaaaaaaaaaaa"
)

// inNewTimeline is the journal after a restore of all that it has, which was recorded in one epoch.
func inNewTimeline(j persistence.Journal) persistence.Journal {
	head := j.Head()
	return timeline{j, persistence.Epoch{ID: newEpoch, RestoredAt: head}, persistence.Lineage{{ID: j.EpochAt(head), Through: head}}}
}

// adopted is the journal of a version without epochs, opened in place when it had so many
// records.
func adopted(j persistence.Journal, at persistence.Position) persistence.Journal {
	return timeline{j, persistence.Epoch{ID: adoptedEpoch, Adopted: true, AdoptedAt: at}, nil}
}

// TestIdempotencyKeyIsValidInItsTimelineOnly: after a restore the id of a token in its scope may be
// another's, and what was answered may not be in the folder.
func TestIdempotencyKeyIsValidInItsTimelineOnly(t *testing.T) {
	e := newFixture(t)
	call := actors.Call{Command: protocol.DeleteSession{ID: e.session}, Key: &actors.Key{Scope: "sessions.delete/token/1", Name: "k"}}
	refused := func(where string, want protocol.Code) {
		t.Helper()
		if _, err := e.hub.Do(t.Context(), call); codeOf(err) != want {
			t.Errorf("%s: %v, want %s", where, err, want)
		}
	}
	refused("first", protocol.CodeSessionActive)
	do[protocol.Session](t, e.hub, protocol.CloseSession{ID: e.session})
	refused("again", protocol.CodeSessionActive)
	e.restartOn(inNewTimeline(e.journal))
	if _, err := e.hub.Do(t.Context(), call); err != nil {
		t.Errorf("after a restore: %v", err)
	}
	e.restart()
	refused("in the first timeline", protocol.CodeSessionActive)
}

// TestKeysFromBeforeTheUpgradeAnswer: a client sends again what it got no answer for
// because the hub was stopped for the upgrade.
func TestKeysFromBeforeTheUpgradeAnswer(t *testing.T) {
	e := newFixture(t)
	name := sha256.Sum256([]byte("sessions.close/admin\x00k")) // as versions without epochs named it
	kept := make(chan error, 1)
	e.journal.Append(persistence.Append{
		Stream: "session/1", Expected: 2, Done: func(o persistence.Outcome) { kept <- o.Err },
		Memo: &persistence.Memo{Key: hex.EncodeToString(name[:]), Value: append(make([]byte, 32), `a{"id":77}`...), TTL: time.Hour},
	})
	if err := <-kept; err != nil {
		t.Fatal(err)
	}
	call := actors.Call{Command: protocol.CloseSession{ID: e.session}, Key: &actors.Key{Scope: "sessions.close/admin", Name: "k"}}
	e.restartOn(adopted(e.journal, e.journal.Head()))
	answer, err := e.hub.Do(t.Context(), call)
	if raw, ok := answer.(json.RawMessage); err != nil || !ok || string(raw) != `{"id":77}` {
		t.Errorf("in the adopted folder: %v, %v", answer, err)
	}
	e.restartOn(inNewTimeline(e.journal))
	answer, err = e.hub.Do(t.Context(), call)
	if s, ok := answer.(protocol.Session); err != nil || !ok || s.IsActive {
		t.Errorf("after a restore: %v, %v", answer, err)
	}
}

// ids are the webhook-id headers of what was sent, in order.
func (n *webhookHub) ids() (ids []string) {
	for _, s := range n.sender.log(0) {
		ids = append(ids, s.MessageID)
	}
	return ids
}

// TestWebhookIDsNameTheTimeline: what happens after a restore has no id of before, also
// where it has the place in the log that something else had. What was in the backup is the
// same event as before, and has the same id.
func TestWebhookIDsNameTheTimeline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.vote()
		synctest.Wait()
		n.stop()
		n.wrapped = inNewTimeline(n.journal)
		n.start()
		n.vote()
		synctest.Wait()
		ids := n.ids()
		if len(ids) != 2 || !strings.HasPrefix(ids[0], "msg_"+n.journal.Epoch().ID+"_1_") || !strings.HasPrefix(ids[1], "msg_"+newEpoch+"_1_") {
			t.Fatalf("%v", ids)
		}
		n.wantToldAs(id, ids)
		do[protocol.RedeliveryQueued](t, n.hub, protocol.Redeliver{ID: id, DeliveryID: n.logs(id)[1].DeliveryID})
		synctest.Wait()
		if again := n.ids(); len(again) != 3 || again[2] != ids[0] {
			t.Fatalf("delivered again: %v", again)
		}
	})
}

// TestARetryOverTheUpgradeHasTheSameID: the endpoint may have done what it did not answer.
func TestARetryOverTheUpgradeHasTheSameID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		n.stop()
		n.wrapped = adopted(n.journal, 1<<62) // all that follows is told as before the upgrade
		n.start()
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(status(500))
		n.vote()
		rest(2 * time.Minute) // tries, and pings between them
		before := n.ids()
		for _, id := range before {
			if !strings.HasPrefix(id, "msg_1_") {
				t.Fatalf("%v", before)
			}
		}
		n.stop()
		n.wrapped = adopted(n.journal, n.journal.Head())
		n.start()
		n.sender.change(status(200))
		rest(time.Hour)
		n.vote()
		rest(time.Minute)
		after := n.ids()[len(before):]
		if len(after) != 2 || after[0] != before[0] || !strings.HasPrefix(after[1], "msg_"+adoptedEpoch+"_1_") {
			t.Fatalf("%v, then %v", before, after)
		}
		n.wantToldAs(id, n.ids())
	})
}

// wantToldAs wants logs and deliveries to tell the ids that were sent.
func (n *webhookHub) wantToldAs(id protocol.WebhookID, sent []string) {
	n.t.Helper()
	var logged []string
	for _, row := range n.logs(id) {
		logged = append(logged, row.MessageID)
	}
	slices.Reverse(logged)
	if !slices.Equal(logged, sent) {
		n.t.Errorf("logged %v, sent %v", logged, sent)
	}
	deliveries, err := n.hub.Deliveries(n.t.Context(), protocol.DeliveryFilter{ID: id})
	if err != nil || len(deliveries.Rows) != 2 || deliveries.Rows[0].MessageID != sent[len(sent)-1] || deliveries.Rows[1].MessageID != sent[0] {
		n.t.Errorf("deliveries %+v, %v, sent %v", deliveries, err, sent)
	}
}
