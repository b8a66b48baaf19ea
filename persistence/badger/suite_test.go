package badger_test

import (
	"testing"

	"partyline/persistence"
	"partyline/persistence/badger"
	"partyline/persistence/committer"
	"partyline/persistence/journaltest"
)

func TestSuite(t *testing.T) { runSuite(t, badger.DefaultTailBytes) }

// TestSuiteWithoutTail reads everything from the database.
func TestSuiteWithoutTail(t *testing.T) { runSuite(t, 1) }

func runSuite(t *testing.T, tailBytes int) {
	journaltest.Run(t, func(t *testing.T, faults committer.Faults) journaltest.Harness {
		o := badger.Options{Dir: t.TempDir(), TailBytes: tailBytes, Faults: faults}
		j := open(t, o)
		o.Faults = committer.Faults{}
		return journaltest.Harness{Journal: j, Reopen: func() persistence.Journal {
			j.Close()
			j = open(t, o)
			return j
		}}
	})
}

// open opens a journal that the test's end closes.
func open(t testing.TB, o badger.Options) *badger.Journal {
	t.Helper()
	j, err := badger.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}
