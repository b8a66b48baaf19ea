package actors_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"partyline/persistence"
	"partyline/persistence/memory"
	"partyline/protocol"
)

// records counts what a stream holds.
func (n *webhookHub) records(stream string) int {
	n.t.Helper()
	count := 0
	for _, err := range n.journal.Read(n.t.Context(), stream, 0) {
		if err != nil {
			n.t.Fatal(err)
		}
		count++
	}
	return count
}

func TestLogsAreKeptUpToTheirNumber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		for range 16_000 {
			n.vote()
		}
		rest(3 * time.Minute)
		if got := n.records("webhook/1"); got < 10_000 || got > 11_100 {
			t.Fatalf("%d records are kept", got)
		}
		before := n.health(id)
		n.restart()
		if after := n.health(id); before.Delivered != 16_000 || after.Delivered != before.Delivered || after.State != protocol.WebhookHealthy {
			t.Fatalf("%+v, after a restart %+v", before, after)
		}
		name := n.vote()
		synctest.Wait()
		log := n.sender.log(id)
		if len(log) != 16_001 || voterIn(t, log[16_000].Body) != name {
			t.Fatalf("%d sent", len(log))
		}
	})
}

func TestLogsAreKeptForTheirTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		for range 6000 {
			n.vote()
		}
		synctest.Wait() // all are delivered, and the snapshot at the end holds them
		n.away(30*24*time.Hour - 10*time.Minute)
		rest(3 * time.Minute)
		if got := n.records("webhook/1"); got != 6001 {
			t.Fatalf("%d records before their time", got)
		}
		rest(10 * time.Minute)
		if got := n.records("webhook/1"); got > 1001 {
			t.Fatalf("%d records after their time", got)
		}
		if rows := n.logs(id); len(rows) > 1000 {
			t.Fatalf("%d rows", len(rows))
		}
	})
}

// TestAClockThatJumpsAheadCostsNoLogs.
func TestAClockThatJumpsAheadCostsNoLogs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		n.hook(protocol.EventVoteReceived)
		for range 6000 {
			n.vote()
		}
		n.skew.Store(int64(31 * 24 * time.Hour))
		rest(3 * time.Minute)
		if got := n.records("webhook/1"); got != 6001 {
			t.Fatalf("%d records", got)
		}
	})
}

func TestDeletingTakesTheLogsAndTheSecretWithIt(t *testing.T) {
	for name, sick := range map[string]bool{"at once": false, "after a restart, when the disk failed": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newWebhookHub(t)
				id := n.hook(protocol.EventVoteReceived)
				for range 6000 {
					n.vote()
				}
				rest(time.Minute)
				if s, ok, _ := n.journal.LoadSnapshot(t.Context(), "webhook/1"); !ok || !bytes.Contains(s.Data, []byte("mysecret123")) {
					t.Fatal("there is no snapshot to be cleaned")
				}
				if sick {
					n.stop()
					n.wrapped = untidy{n.journal}
					n.start()
				}
				do[protocol.DeletedWebhook](t, n.hub, protocol.DeleteWebhook{ID: id})
				rest(time.Second)
				if sick {
					if n.records("webhook/1") < 6000 {
						t.Fatal("it was cleaned")
					}
					n.stop()
					n.wrapped = nil
					n.start()
				}
				rest(time.Second)
				if got := n.records("webhook/1"); got != 1 {
					t.Fatalf("%d records of a deleted webhook", got)
				}
				if s, _, _ := n.journal.LoadSnapshot(t.Context(), "webhook/1"); bytes.Contains(s.Data, []byte("mysecret123")) {
					t.Fatalf("the secret is still there: %s", s.Data)
				}
				n.restart()
				if next := n.hook(); next != 2 {
					t.Fatalf("id %d", next)
				}
			})
		})
	}
}

// untidy is a journal that keeps snapshots and records as they are.
type untidy struct{ *memory.Journal }

func (untidy) SaveSnapshot(context.Context, persistence.Snapshot) error { return errors.New("sick") }

func (untidy) Trim(context.Context, string, persistence.Seq) error { return errors.New("sick") }

// A trimmed stream without its snapshot must not pass for a webhook that never was.
func TestATrimmedWebhookWithoutItsSnapshotIsCorrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		for range 20 {
			n.vote()
		}
		rest(time.Second)
		n.stop()
		if err := n.journal.Trim(t.Context(), "webhook/1", 10); err != nil {
			t.Fatal(err)
		}
		n.start()
		if _, err := n.hub.Webhook(t.Context(), id); codeOf(err) != protocol.CodeCorrupt {
			t.Fatal(err)
		}
		other := n.hook(protocol.EventVoteReceived)
		n.vote()
		synctest.Wait()
		if len(n.sender.log(other)) != 1 {
			t.Fatal("a damaged webhook holds up another")
		}
		begun := time.Now()
		n.restart()
		if took := time.Since(begun); took > time.Second {
			t.Fatalf("a damaged webhook holds the end up for %v", took)
		}
	})
}

// slowSecrets delays each snapshot of a webhook with its secret, as a slow disk would.
type slowSecrets struct{ *memory.Journal }

func (j slowSecrets) SaveSnapshot(ctx context.Context, s persistence.Snapshot) error {
	if bytes.Contains(s.Data, []byte("mysecret")) {
		time.Sleep(3 * time.Second)
	}
	return j.Journal.SaveSnapshot(ctx, s)
}

// TestSnapshotThatIsBeingWrittenDoesNotBringASecretBack: a webhook is deleted while an older
// snapshot of it is still on the way to the disk.
func TestSnapshotThatIsBeingWrittenDoesNotBringASecretBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		n.stop()
		n.wrapped = slowSecrets{n.journal}
		n.start()
		id := n.hook(protocol.EventVoteReceived)
		for range 2100 {
			n.vote()
		}
		rest(1500 * time.Millisecond)
		do[protocol.DeletedWebhook](t, n.hub, protocol.DeleteWebhook{ID: id})
		rest(time.Minute)
		s, ok, err := n.journal.LoadSnapshot(t.Context(), "webhook/1")
		if err != nil || !ok || bytes.Contains(s.Data, []byte("mysecret")) {
			t.Errorf("%v %v: %s", ok, err, s.Data)
		}
	})
}

// TestSecretThatAnEarlierVersionLeftBehindIsRemoved: the stream is trimmed, but the snapshot
// beside it is of the webhook before it was deleted.
func TestSecretThatAnEarlierVersionLeftBehindIsRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		for range 2100 {
			n.vote()
		}
		rest(2 * time.Second)
		old, ok, err := n.journal.LoadSnapshot(t.Context(), "webhook/1")
		if err != nil || !ok || !bytes.Contains(old.Data, []byte("mysecret")) {
			t.Fatalf("%v %v: %s", ok, err, old.Data)
		}
		do[protocol.DeletedWebhook](t, n.hub, protocol.DeleteWebhook{ID: id})
		rest(time.Minute)
		n.stop()
		if err := n.journal.SaveSnapshot(t.Context(), old); err != nil {
			t.Fatal(err)
		}
		n.start()
		rest(time.Minute)
		if s, _, err := n.journal.LoadSnapshot(t.Context(), "webhook/1"); err != nil || bytes.Contains(s.Data, []byte("mysecret")) {
			t.Errorf("%v: %s", err, s.Data)
		}
	})
}
