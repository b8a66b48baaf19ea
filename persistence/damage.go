package persistence

import "fmt"

// Damage is the error of a ReadAll that met records of a stream which do not check: a
// checksum, a length, or records that are missing. The global order around them is whole.
// A reader that can do without that stream goes on with ReadAll after LastPosition; see
// SkipDamaged. errors.Is with ErrCorrupt is true.
type Damage struct {
	Stream string
	// First and Last are the sequences of the records that cannot be read, in a run
	// without a gap. Some of them may have been yielded, or trimmed, before.
	First, Last Seq
	// FirstPosition and LastPosition are their positions in the global order.
	FirstPosition, LastPosition Position
	// Err is what does not fit.
	Err error
}

// Error names the stream and its records.
func (d *Damage) Error() string {
	return fmt.Sprintf("%s records %d to %d: %v", d.Stream, d.First, d.Last, d.Err)
}

// Unwrap is what does not fit, wrapped around ErrCorrupt.
func (d *Damage) Unwrap() error { return d.Err }
