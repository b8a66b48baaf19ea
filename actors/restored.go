package actors

import (
	"context"

	"partyline/actors/webhook"
	"partyline/protocol"
)

// A restored folder is a copy: the hub that it was copied from may go on, and where the
// copy is opened, on somebody's laptop, nobody may expect it to call anyone. So a
// webhook that came with the backup is disabled before it is called, and stays so until
// somebody enables it. Who has restored to go on with the only copy there is says so to
// the restore.

// reasonRestored is why a webhook is disabled that came with a backup.
const reasonRestored = "Restored from a backup; enable it again when this hub is to call it"

// findQuiet remembers those whose streams hold nothing but what the backup held. The
// first record of this timeline says that the webhook is disabled, or was already and
// is changed: so this needs no mark of its own, and a kill at any moment changes nothing.
func (p *post) findQuiet(ctx context.Context, ids []protocol.WebhookID) {
	epoch := p.journal.Epoch()
	if !epoch.Quiet {
		return
	}
	for _, id := range ids {
		p.quiet[id] = true
		for rec, err := range p.journal.ReadBack(ctx, webhookStream(id), 0) {
			p.quiet[id] = err != nil || rec.Position <= epoch.RestoredAt
			break
		}
	}
}

// hush disables a webhook that came with a backup. Until that is on disk it is not
// called. When the disk does not take it the next sweep tries again.
func (a *webhookActor) hush() {
	if a.hushing {
		return
	}
	if _, testing := a.heart.Test(); !a.heart.Enabled() && !testing {
		a.quiet = false
		return
	}
	a.hushing = true
	a.handle(&command{cmd: &webhook.Disable{Reason: reasonRestored}, ticket: ticket{done: func(_ any, err *protocol.Error) {
		if err != nil {
			a.log.Error().Err(err).Int64("webhook", int64(a.id)).Msg("webhook of a backup cannot be disabled yet; it is not called")
			a.arrived()
		}
	}}})
}

// disabled is told when the webhook was disabled by the hub itself.
func (a *webhookActor) disabled(f *webhook.Disabled) {
	a.quiet = false
	a.log.Warn().Int64("webhook", int64(a.id)).Str("reason", f.Reason).Msg("webhook disabled")
	a.tell()
}
