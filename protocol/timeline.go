package protocol

// Epoch is the random name of a timeline, 16 lower-case letters and digits: what one data
// folder has recorded from its beginning, or from a restore, on. A restored folder counts
// on from the backup and gives numbers anew that were given before: ids of tokens, a
// session's seq, places in the log. So whatever is issued under such a number carries the
// epoch as well. The empty Epoch is none: that of what older versions issued.
type Epoch string

// Timeline is the one that a hub records now, and what belongs to it.
type Timeline struct {
	Epoch Epoch
	// Adopted says that the folder was begun by a version without epochs: what carries
	// none belongs to this timeline, too.
	AcceptsEmpty bool
}

// Holds says whether what carries an epoch was issued in this timeline.
func (t Timeline) Accepts(e Epoch) bool { return e == t.Epoch || e == "" && t.AcceptsEmpty }
