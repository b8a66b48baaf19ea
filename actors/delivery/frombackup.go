package delivery

import "partyline/persistence"

// A restored folder is a copy: the hub that it was copied from may go on, and where the copy
// is opened, on somebody's laptop, nobody may expect it to call anyone. So a webhook that
// came with the backup is disabled before it is called, one that is disabled already too: so
// its state says that this timeline knows of it, and it stays enabled once somebody has
// enabled it. Until that is on disk the webhook accepts nothing but its deletion, so a kill at
// any moment changes nothing. Whoever restores the only copy there is says so to the restore.

// reasonRestored is why a webhook is disabled that came with a backup.
const reasonRestored = "Restored from a backup; enable it if this server should call it"

// quietEpoch is the ID of the journal's epoch when it began with a restore after which
// webhooks of the backup are not to be called, else "".
func quietEpoch(j persistence.Journal) string {
	if e := j.Epoch(); e.Quiet {
		return e.ID
	}
	return ""
}
