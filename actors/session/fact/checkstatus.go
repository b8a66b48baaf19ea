package fact

// Where the check of a room stands. The first three are running; the others are final.
const (
	CheckChecking = "checking" // nothing is known of the room yet
	CheckWaiting  = "waiting"  // the room is open, people come in
	CheckStarted  = "started"  // the game goes on, nobody comes in any more
	CheckFinished = "finished" // the room is gone
	CheckFailed   = "failed"   // there never was such a room, or nothing can be learned of it
	CheckStopped  = "stopped"  // the host, or the end of the game, has ended the check
)

// KnownCheckStatus says whether a check can have the status.
func KnownCheckStatus(s string) bool {
	return CheckRunning(s) || s == CheckFinished || s == CheckFailed || s == CheckStopped
}

// CheckRunning says whether a check of the status goes on.
func CheckRunning(s string) bool {
	return s == CheckChecking || s == CheckWaiting || s == CheckStarted
}
