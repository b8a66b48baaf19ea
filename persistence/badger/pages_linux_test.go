package badger_test

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"partyline/persistence"
	"partyline/persistence/badger"
)

// TestPagesOfTablesAreReleased: what was read from the tables does not stay resident in the
// process, and reading it again gives the same.
func TestPagesOfTablesAreReleased(t *testing.T) {
	dir := t.TempDir()
	j := open(t, badger.Options{Dir: dir})
	const records, size = 160, 100_000
	for i := range records {
		a := persistence.Append{Stream: "a", Expected: persistence.Seq(i), Records: [][]byte{incompressible(size)}}
		if o := outcome(t, send(j, a)); o.Err != nil {
			t.Fatal(o.Err)
		}
	}
	closeJournal(t, j)
	synctest.Test(t, func(t *testing.T) {
		j := open(t, badger.Options{Dir: dir})
		defer j.Close()
		for range 2 {
			bytes := 0
			for rec, err := range j.ReadAll(t.Context(), 0) {
				if err != nil {
					t.Fatal(err)
				}
				bytes += len(rec.Data)
			}
			if bytes != records*size {
				t.Fatal(bytes)
			}
			if got := residentTables(t, dir); got < 8<<20 {
				t.Fatalf("%d bytes of tables are resident after they were read", got)
			}
			time.Sleep(5 * time.Second)
			synctest.Wait()
			if got := residentTables(t, dir); got != 0 {
				t.Fatalf("%d bytes of tables are still resident", got)
			}
		}
	})
}

// residentTables sums up the resident bytes of the tables of a folder that this process has
// mapped.
func residentTables(t *testing.T, dir string) (sum int) {
	t.Helper()
	f, err := os.Open("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	table := false
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		if fields := strings.Fields(line); !strings.HasSuffix(fields[0], ":") {
			table = strings.Contains(line, dir) && strings.HasSuffix(line, ".sst")
		}
		var kib int
		if _, err := fmt.Sscanf(line, "Rss: %d kB", &kib); err == nil && table {
			sum += kib << 10
		}
	}
	return sum
}
