package actors

import (
	"partyline/actors/ledger"
	"partyline/actors/webhook"
	"partyline/persistence"
	"partyline/protocol"
)

// A restored folder is a copy: the hub that it was copied from may go on, and where the
// copy is opened, on somebody's laptop, nobody may expect it to call anyone. So a
// webhook that came with the backup is disabled before it is called, and stays so until
// somebody enables it. Who has restored to go on with the only copy there is says so to
// the restore.

// reasonRestored is why a webhook is disabled that came with a backup.
const reasonRestored = "Restored from a backup; enable it again when this hub is to call it"

// quietEpoch is the ID of the journal's epoch when it began with a restore after which
// webhooks of the backup are not to be called, else "".
func quietEpoch(j persistence.Journal) string {
	if e := j.Epoch(); e.Quiet {
		return e.ID
	}
	return ""
}

// disableFromBackup disables a webhook that came with a backup, one that is disabled
// already too: so its state says that this timeline knows of it, and it stays enabled when
// somebody has enabled it. Until that is on disk the webhook is not called and accepts
// nothing but its deletion, so a kill at any moment changes nothing. When the disk does not
// take it the next sweep tries again.
func (a *webhookActor) disableFromBackup() {
	if a.disabling {
		return
	}
	a.disabling = true
	a.Handle(&ledger.Command{Cmd: &webhook.Disable{Reason: reasonRestored}, Responder: ledger.Responder{Done: func(_ any, err *protocol.Error) {
		if err != nil {
			a.Log.Error().Err(err).Int64("webhook", int64(a.id)).Msg("webhook of a backup cannot be disabled yet; it is not called")
			a.arrived()
		}
	}}})
}

// disabled is told when the webhook was disabled by the hub itself.
func (a *webhookActor) disabled(f *webhook.Disabled) {
	a.disabling = false
	a.Log.Warn().Int64("webhook", int64(a.id)).Str("reason", f.Reason).Msg("webhook disabled")
	a.tell()
}
