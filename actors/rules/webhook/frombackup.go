package webhook

import "partyline/protocol"

// RestoredIn marks the state as one of a journal that was restored from a backup, whose
// webhooks are not called before somebody has enabled them again; epoch is the ID of the
// timeline that the restore began, see persistence.Epoch, and "" for a journal without such
// a restore. Call it before facts are applied.
func (s *State) RestoredIn(epoch string) *State {
	s.restored = epoch
	return s
}

// FromBackup reports whether the webhook came with the backup and has not been disabled
// since: neither Created nor Disabled was decided in the present timeline. The state keeps
// that itself, because its facts may have been trimmed. Until it is disabled no command is
// accepted but Disable and DeleteWebhook, so nothing stands in the log between the restore
// and the Disabled.
func (s *State) FromBackup() bool {
	return s.phase == phaseAlive && s.restored != "" && s.epoch != s.restored
}

// checkFromBackup refuses the commands that have to wait until the webhook is disabled.
// The client may try again: only the disk is waited for.
func checkFromBackup(cmd protocol.Command) *protocol.Error {
	switch cmd.(type) {
	case *Disable, protocol.DeleteWebhook:
		return nil
	}
	return protocol.Errorf(protocol.CodeStorage, "Storage is failing; nothing was changed. The webhook came with a backup and cannot be disabled yet; until then it can only be deleted")
}
