package webhook

import "partyline/protocol"

// RestoredIn tells a state that the journal was restored from a backup, and that webhooks
// which came with it are not to be called before somebody has enabled them again; epoch
// is the ID of the timeline that the restore began, see persistence.Epoch. "" is a journal
// without such a restore. It must be called before facts are applied.
func (h *State) RestoredIn(epoch string) *State {
	h.restored = epoch
	return h
}

// FromBackup says that the webhook came with the backup and has not been disabled since:
// neither Created nor Disabled was decided in the present timeline. The state says so
// itself, because its facts may have been trimmed. Until it is disabled no command is
// accepted but Disable and the one that deletes it, so nothing stands in the log between
// the restore and the Disabled.
func (h *State) FromBackup() bool {
	return h.phase == phaseAlive && h.restored != "" && h.epoch != h.restored
}

// acceptsFromBackup refuses what has to wait until the webhook is disabled. The client may
// try again: it only waits for the disk.
func acceptsFromBackup(cmd protocol.Command) *protocol.Error {
	switch cmd.(type) {
	case *Disable, protocol.DeleteWebhook:
		return nil
	}
	return protocol.Errorf(protocol.CodeStorage, "Storage is failing; nothing was changed. The webhook came with a backup and cannot be disabled yet; until then it can only be deleted")
}
