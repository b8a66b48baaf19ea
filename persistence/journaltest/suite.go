package journaltest

import (
	"testing"

	"partyline/persistence"
	"partyline/persistence/committer"
)

// Harness is a journal under test.
type Harness struct {
	// Journal is empty and open. The suite closes it.
	Journal persistence.Journal
	// Reopen closes the journal and opens what it left behind. Nil for a journal
	// that leaves nothing behind.
	Reopen func() persistence.Journal
	// Damage makes a record unreadable without the journal's knowledge, perhaps with
	// others of its append.
	Damage func(stream string, seq persistence.Seq)
	// FailSync fails the sync of the next commit: its records are written, and nobody
	// knows whether they are on disk. From then on the journal refuses to write.
	FailSync func()
}

// Open makes a new, empty journal whose commits the faults may fail.
type Open func(t *testing.T, faults committer.Faults) Harness

// Run runs the whole suite, each part on a journal of its own.
func Run(t *testing.T, open Open) {
	for _, part := range []struct {
		name string
		test func(*testing.T, Harness)
	}{
		{"appends are numbered without gaps", numbers},
		{"positions are one order over all streams", positions},
		{"times never go back", times},
		{"a writer that expects another sequence conflicts", conflicts},
		{"what is queued behind a conflict goes on", conflictAlone},
		{"a pipeline does not wait", pipeline},
		{"an append without records is a fence", fence},
		{"many writers", manyWriters},
		{"writers that compete for one stream", competing},
		{"the largest append", largest},
		{"appends over the limits", tooLarge},
		{"large records", large},
		{"a large record of a stale writer", largeConflicts},
		{"large records are trimmed", largeTrimmed},
		{"a damaged large record", largeDamaged},
		{"invalid names", badNames},
		{"records without bytes", emptyRecords},
		{"outcomes come in order and once", outcomesInOrder},
		{"a callback that panics", panickingCallback},
		{"read from every place", readEverywhere},
		{"read back from every place", readBackEverywhere},
		{"read all from every place", readAllEverywhere},
		{"read an unknown stream", readUnknown},
		{"streams with similar names stay apart", similarNames},
		{"reads are as of the call", asOfTheCall},
		{"read while writing", readWhileWriting},
		{"a read ends with its context", cancelledRead},
		{"a read ends when its consumer does", brokenOff},
		{"data is valid until the next step", nestedReads},
		{"streams by prefix", streamNames},
		{"trim up to every place", trimEverywhere},
		{"all of a stream is trimmed", trimAll},
		{"trims of nothing and trims refused", trimOdd},
		{"trim while writing, reading and trimming", trimWhileBusy},
		{"damage can be passed by", damagePassed},
		{"damage that is trimmed", damageTrimmed},
		{"memos", memos},
		{"a memo shares the fate of its append", memoWithConflict},
		{"a memo is replaced", memoReplaced},
		{"snapshots", snapshots},
		{"a big snapshot", bigSnapshot},
		{"invalid snapshots", badSnapshots},
		{"tables", tables},
		{"a large update of a table", largeTableUpdate},
		{"invalid updates of tables", badTableUpdates},
		{"a view of a table is of one moment", tableViews},
		{"a table is dropped", tableDropped},
		{"watch", watch},
		{"the epoch stays", epochStays},
		{"close writes what is queued", closeDrains},
		{"closed is closed", closed},
		{"a close during a read", closeDuringRead},
		{"everything is there after reopening", reopening},
		{"what a failed sync left is shown to nobody", unconfirmed},
	} {
		t.Run(part.name, func(t *testing.T) {
			t.Parallel()
			h := open(t, committer.Faults{})
			t.Cleanup(func() { h.Journal.Close() })
			part.test(t, h)
		})
	}
	t.Run("memos expire", func(t *testing.T) {
		t.Parallel()
		memosExpire(t, open)
	})
	runFaults(t, open)
}
