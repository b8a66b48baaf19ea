package badger_test

import (
	"errors"
	"sync/atomic"
	"testing"

	badgerdb "github.com/dgraph-io/badger/v4"

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
		var sick atomic.Bool
		o := badger.Options{Dir: t.TempDir(), TailBytes: tailBytes, Faults: faults, Sync: func() error {
			if sick.Swap(false) {
				return errors.New("input/output error")
			}
			return nil
		}}
		j := open(t, o)
		o.Faults = committer.Faults{}
		return journaltest.Harness{
			Journal: j,
			Reopen: func() persistence.Journal {
				j.Close()
				j = open(t, o)
				return j
			},
			Damage: func(stream string, seq persistence.Seq) {
				damage(t, j, flipChunk(stream, seq))
				j.ForgetTail()
			},
			FailSync: func() { sick.Store(true) },
		}
	})
}

// flipChunk changes one bit of the chunk that holds the record.
func flipChunk(stream string, seq persistence.Seq) func(*badgerdb.Txn) error {
	return func(txn *badgerdb.Txn) error {
		for first := seq; first > 0; first-- {
			if err := flip(badger.ChunkKey(stream, first))(txn); !errors.Is(err, badgerdb.ErrKeyNotFound) {
				return err
			}
		}
		return badgerdb.ErrKeyNotFound
	}
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
