package fact

// The statuses of a player check. The first three are running, the others final.
const (
	CheckChecking = "checking" // nothing is known of the room yet
	CheckWaiting  = "waiting"  // the room is open, players join
	CheckStarted  = "started"  // the game has started, nobody can join any more
	CheckFinished = "finished" // the room is gone
	CheckFailed   = "failed"   // there was no such room, or it could not be observed
	CheckStopped  = "stopped"  // the host, or the end of the game, has ended the check
)

// KnownCheckStatus says whether this is one of the statuses.
func KnownCheckStatus(s string) bool {
	return CheckRunning(s) || s == CheckFinished || s == CheckFailed || s == CheckStopped
}

// CheckRunning says whether a check with this status is running.
func CheckRunning(s string) bool {
	return s == CheckChecking || s == CheckWaiting || s == CheckStarted
}
