package actors_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"partyline/persistence"
	"partyline/protocol"
)

// restored is a journal as a restore leaves it: with an epoch of its own.
type restored struct {
	persistence.Journal
	epoch persistence.Epoch
}

func (j *restored) Epoch() persistence.Epoch { return j.epoch }

// restoreQuiet goes on as if the folder had been made from a backup of this moment.
func (n *webhookHub) restoreQuiet() {
	epoch := persistence.NewEpoch()
	epoch.Quiet, epoch.RestoredAt = true, n.journal.Head()
	n.wrapped = &restored{n.journal, epoch}
}

// wantQuiet wants the webhook disabled, with words that say why, and nothing sent to it
// since that many attempts.
func (n *webhookHub) wantQuiet(id protocol.WebhookID, sent int) {
	n.t.Helper()
	h := n.health(id)
	if h.State != protocol.WebhookDisabled || h.DisabledReason == nil || !strings.Contains(*h.DisabledReason, "backup") {
		n.t.Fatalf("health %+v, want disabled because of the backup", h)
	}
	if got := len(n.sender.log(id)); got != sent {
		n.t.Fatalf("%d attempts, want %d", got, sent)
	}
}

// TestARestoredHubCallsNoWebhookUntilToldTo leaves in a backup what would be delivered
// at the next start: events that wait, one that failed, a redelivery, a replay and a test.
func TestARestoredHubCallsNoWebhookUntilToldTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.vote()
		rest(time.Second)
		n.sender.change(status(503))
		n.vote()
		n.vote()
		rest(time.Second)
		begin := protocol.TimestampOf(time.Now().Add(-time.Hour))
		if err := n.try(protocol.ReplayWebhook{ID: id, Since: &begin}); err != nil {
			t.Fatal(err)
		}
		n.sender.change(hang)
		if err := n.try(protocol.TestWebhook{ID: id}); err != nil {
			t.Fatal(err)
		}
		n.stop()
		n.sender.change(status(200))
		n.restoreQuiet()
		sent := len(n.sender.log(id))
		n.start()
		if list, err := n.hub.Webhooks(t.Context(), protocol.PageQuery{}); err != nil || len(list.Rows) != 1 || list.Rows[0].Enabled {
			t.Fatalf("when the hub is there: %+v, %v", list, err)
		}
		n.vote()
		rest(time.Hour)
		n.wantQuiet(id, sent)
		n.restart()
		rest(time.Hour)
		n.wantQuiet(id, sent)

		enable(n, id)
		rest(time.Hour)
		before := n.health(id)
		if before.State != protocol.WebhookHealthy || before.QueueLength != 0 {
			t.Fatalf("health %+v after it was enabled", before)
		}
		n.restart()
		n.vote()
		rest(time.Hour)
		if got := n.health(id); got.State != protocol.WebhookHealthy || got.Delivered != before.Delivered+1 {
			t.Fatalf("health %+v: it was enabled, and the hub started again", got)
		}
	})
}

func enable(n *webhookHub, id protocol.WebhookID) {
	n.t.Helper()
	yes := true
	do[protocol.WebhookSaved](n.t, n.hub, protocol.UpdateWebhook{ID: id, Enabled: &yes})
}

// TestAWebhookThatWasDisabledKeepsItsReason also had a test pending.
func TestAWebhookThatWasDisabledKeepsItsReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(status(410))
		n.vote()
		rest(time.Second)
		before := n.health(id)
		n.sender.change(hang)
		if err := n.try(protocol.TestWebhook{ID: id}); err != nil {
			t.Fatal(err)
		}
		n.stop()
		n.sender.change(status(200))
		n.restoreQuiet()
		sent := len(n.sender.log(id))
		n.start()
		rest(time.Hour)
		after := n.health(id)
		if after.DisabledReason == nil || *after.DisabledReason != *before.DisabledReason || len(n.sender.log(id)) != sent {
			t.Fatalf("health %+v, %d attempts; before %+v, %d", after, len(n.sender.log(id)), before, sent)
		}
	})
}

// TestAWebhookOfARestoredHubIsItsOwn: one that is created after the restore is called,
// also after the next start.
func TestAWebhookOfARestoredHubIsItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		n.restoreQuiet()
		n.restart()
		id := n.hook(protocol.EventVoteReceived)
		n.restart()
		n.vote()
		rest(time.Second)
		if got := len(n.sender.log(id)); got != 1 {
			t.Fatalf("%d attempts, want 1", got)
		}
	})
}

// TestNoDiskNoCall: while it cannot be recorded that the webhook is disabled, it is not
// called either; and it is disabled when the disk takes it.
func TestARestoredHubOnASickDiskCallsNoWebhook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(status(503))
		n.vote()
		rest(time.Second)
		n.stop()
		n.sender.change(status(200))
		n.restoreQuiet()
		sent := len(n.sender.log(id))
		n.journal.Refuse(errors.New("full"))
		n.start()
		rest(time.Hour)
		if got := len(n.sender.log(id)); got != sent {
			t.Fatalf("%d attempts, want %d", got, sent)
		}
		n.journal.Refuse(nil)
		rest(time.Minute)
		n.wantQuiet(id, sent)
	})
}

// TestNothingIsRecordedBeforeARestoredWebhookIsDisabled restores onto a disk that refuses
// to record that the webhook is disabled, and takes the next record. Whatever is asked of
// the webhook in between, at the next start it is still one that came with a backup.
func TestNothingIsRecordedBeforeARestoredWebhookIsDisabled(t *testing.T) {
	name, yes, no := "renamed", true, false
	since := protocol.TimestampOf(time.Unix(0, 0))
	for what, command := range map[string]protocol.Command{
		"rename": protocol.UpdateWebhook{ID: 1, Name: &name}, "enable": protocol.UpdateWebhook{ID: 1, Enabled: &yes},
		"disable": protocol.UpdateWebhook{ID: 1, Enabled: &no}, "rotate": protocol.RotateSecret{ID: 1, Secret: "another secret"},
		"test": protocol.TestWebhook{ID: 1}, "replay": protocol.ReplayWebhook{ID: 1, Since: &since}, "stop": protocol.StopReplay{ID: 1},
		"redeliver": protocol.Redeliver{ID: 1},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newWebhookHub(t)
				id := n.hook(protocol.EventVoteReceived)
				n.vote()
				rest(time.Second)
				if r, redelivers := command.(protocol.Redeliver); redelivers {
					r.DeliveryID = n.logs(id)[0].DeliveryID
					command = r
				}
				n.stop()
				n.restoreQuiet()
				sent := len(n.sender.log(id))
				n.startOnAFullDisk()
				var refusal *protocol.Error
				if err := n.try(command); !errors.As(err, &refusal) || refusal.Code != protocol.CodeStorage {
					t.Errorf("before it was disabled: %v, want %s", err, protocol.CodeStorage)
				}
				n.restart()
				n.vote()
				rest(time.Hour)
				n.wantQuiet(id, sent)
			})
		})
	}
}

// startOnAFullDisk starts the hub while the disk takes nothing. Then it takes everything.
func (n *webhookHub) startOnAFullDisk() {
	n.t.Helper()
	n.journal.Refuse(errors.New("full"))
	n.start()
	n.journal.Refuse(nil)
}

// TestARestoredWebhookCanBeDeletedBeforeItIsDisabled may be what makes room on the disk.
func TestARestoredWebhookCanBeDeletedBeforeItIsDisabled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.stop()
		n.restoreQuiet()
		n.startOnAFullDisk()
		do[protocol.DeletedWebhook](t, n.hub, protocol.DeleteWebhook{ID: id})
		n.vote()
		n.restart()
		rest(time.Hour)
		if list, err := n.hub.Webhooks(t.Context(), protocol.PageQuery{}); err != nil || len(list.Rows) != 0 || len(n.sender.log(id)) != 0 {
			t.Fatalf("%+v, %v, %d attempts", list, err, len(n.sender.log(id)))
		}
	})
}

// TestAWebhookThatWasEnabledAgainStaysSo when its stream has been trimmed behind a
// snapshot, and when it was disabled already in the backup.
func TestAWebhookThatWasEnabledAgainStaysSo(t *testing.T) {
	for name, disabledBefore := range map[string]bool{"enabled in the backup": false, "disabled in the backup": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newWebhookHub(t)
				id := n.hook(protocol.EventVoteReceived)
				if no := false; disabledBefore {
					do[protocol.WebhookSaved](t, n.hub, protocol.UpdateWebhook{ID: id, Enabled: &no})
				}
				n.stop()
				n.restoreQuiet()
				n.start()
				enable(n, id)
				n.restart()
				for range 2100 { // enough for a snapshot, on which all of them are trimmed
					n.vote()
				}
				rest(time.Minute)
				n.away(31 * 24 * time.Hour)
				rest(5 * time.Minute)
				if got := n.records("webhook/1"); got != 0 {
					t.Fatalf("%d records after a month, want none: this test is about a trimmed stream", got)
				}
				n.restart()
				n.vote()
				rest(time.Second)
				if h := n.health(id); h.State != protocol.WebhookHealthy || h.Delivered != 2101 {
					t.Fatalf("health %+v", h)
				}
			})
		})
	}
}

// TestEachRestoreDisablesAnew: that a webhook was enabled again after a restore says
// nothing about a copy of the restored hub, nor that it was created after one.
func TestEachRestoreDisablesAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		old := n.hook(protocol.EventVoteReceived)
		n.stop()
		n.restoreQuiet()
		n.start()
		enable(n, old)
		young := n.hook(protocol.EventVoteReceived)
		n.vote()
		rest(time.Second)
		n.stop()
		n.restoreQuiet()
		n.start()
		n.vote()
		rest(time.Hour)
		n.wantQuiet(old, 1)
		n.wantQuiet(young, 1)
	})
}

// TestARestoreThatKeepsWebhooksGoesOn is one that was told so.
func TestARestoreThatKeepsWebhooksGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(status(503))
		n.vote()
		rest(time.Second)
		n.stop()
		n.sender.change(status(200))
		epoch := persistence.NewEpoch()
		epoch.RestoredAt = n.journal.Head()
		n.wrapped = &restored{n.journal, epoch}
		n.start()
		rest(time.Hour)
		if got := n.health(id); got.State != protocol.WebhookHealthy || got.Delivered != 1 {
			t.Fatalf("health %+v", got)
		}
	})
}
