package badger_test

import (
	"path/filepath"
	"testing"

	"partyline/persistence"
	"partyline/persistence/badger"
)

// TestTablesAreVerifiedAndNotInBackups: their owners derive them again. What comes after their
// keys in the folder is in the backup.
func TestTablesAreVerifiedAndNotInBackups(t *testing.T) {
	j := open(t, badger.Options{Dir: t.TempDir()})
	fill(t, j, 5)
	for _, table := range []string{"a", "z"} {
		if err := j.UpdateTable(t.Context(), table, []persistence.TableEntry{{Key: []byte("k"), Value: make([]byte, 2000)}, {Key: []byte("l"), Value: []byte("v")}}); err != nil {
			t.Fatal(err)
		}
	}
	if got := verified(t, j); got.TableEntries != 4 {
		t.Errorf("%d entries of tables were verified, want 4", got.TableEntries)
	}
	if err := j.SaveSnapshot(t.Context(), persistence.Snapshot{Stream: "a", Data: []byte("kept")}); err != nil {
		t.Fatal(err)
	}
	restored := restore(t, filepath.Join(t.TempDir(), "restored"), backup(t, j))
	if got := verified(t, restored); got.TableEntries != 0 || got.Snapshots == 0 || got.Records == 0 {
		t.Errorf("restored: %+v", got)
	}
}
