package webhook_test

import (
	"testing"

	"partyline/actors/codec/codectest"
	"partyline/actors/rules/webhook"
	"partyline/protocol"
)

// restoredIn is the webhook of a desk as a hub reads it after a restore: from its facts,
// or from its snapshot.
func restoredIn(t *testing.T, d *desk, epoch string, snapshot bool) *desk {
	h := webhook.New(7).RestoredIn(epoch)
	if snapshot {
		h = codectest.Restored(t, h, d.AppendSnapshot(nil))
	} else {
		h = replayed(t, h, d.log, 0)
	}
	return &desk{State: h, log: d.log, now: d.now, draw: d.draw}
}

// TestWhatComesFromABackup goes through restores and starts, by facts and by snapshots:
// what has been created or disabled since the restore is of its timeline.
func TestWhatComesFromABackup(t *testing.T) {
	for name, snapshot := range map[string]bool{"facts": false, "snapshot": true} {
		t.Run(name, func(t *testing.T) {
			want := func(d *desk, from bool, what string) {
				t.Helper()
				if d.FromBackup() != from {
					t.Errorf("%s: from a backup: %t", what, d.FromBackup())
				}
			}
			d := created(t)
			want(d, false, "no restore")
			want(restoredIn(t, d, "", snapshot), false, "a restore that keeps webhooks")
			d = restoredIn(t, d, "first", snapshot)
			want(d, true, "the first start")
			d.must(t, &webhook.Disable{Reason: "r"})
			d.must(t, protocol.UpdateWebhook{ID: 7, Enabled: ptr(true)})
			want(d, false, "disabled and enabled again")
			want(restoredIn(t, d, "first", snapshot), false, "the next start")
			want(restoredIn(t, d, "", snapshot), false, "a later restore that keeps webhooks")
			d = restoredIn(t, d, "second", snapshot)
			want(d, true, "a later restore")
			d.must(t, protocol.DeleteWebhook{ID: 7})
			want(restoredIn(t, d, "third", snapshot), false, "deleted")

			d = newDesk()
			d.RestoredIn("first")
			d.must(t, protocol.CreateWebhook{Name: "n", URL: "u", Secret: "s", Events: protocol.NewEventList("*")})
			want(restoredIn(t, d, "first", snapshot), false, "created after the restore")
			want(restoredIn(t, d, "second", snapshot), true, "created before it")
		})
	}
}

// TestADisabledWebhookOfABackupKeepsItsReason: the hub disables it all the same, so that
// the next start knows that it may have been enabled since.
func TestADisabledWebhookOfABackupKeepsItsReason(t *testing.T) {
	d := created(t)
	d.must(t, protocol.UpdateWebhook{ID: 7, Enabled: ptr(false)})
	before := *d.Health().DisabledReason
	d = restoredIn(t, d, "first", false)
	d.must(t, &webhook.Disable{Reason: "r"})
	if got := *d.Health().DisabledReason; got != before || d.FromBackup() {
		t.Errorf("reason %q, want %q; from a backup: %t", got, before, d.FromBackup())
	}
}
