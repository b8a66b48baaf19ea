package actors_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/actors"
	"partyline/persistence"
	"partyline/persistence/committer"
	"partyline/persistence/memory"
	"partyline/protocol"
)

// fileOf is a CSV of so many games with texts so long that they need several appends.
func fileOf(pack string, games int) string {
	var b strings.Builder
	b.WriteString("pack_name,title,min_players,max_players,length_minutes,has_audience,family_friendly,game_type,secondary_type\n")
	filler := strings.Repeat("x", 190)
	for i := range games {
		fmt.Fprintf(&b, "%s,%04d %s,1,8,,0,0,%[3]s,%[3]s\n", pack, i, filler)
	}
	return b.String()
}

// packs counts the games of each pack.
func packs(t *testing.T, h *actors.Hub) map[string]int {
	t.Helper()
	games, err := h.Games(t.Context(), protocol.GameFilter{})
	if err != nil {
		t.Fatal(err)
	}
	n := map[string]int{}
	for _, g := range games {
		n[g.PackName]++
	}
	return n
}

// TestKilledImportIsAllOrNothing begins a hub on every beginning of the journal's
// stream: the moments at which a process can be killed. The games are those from before
// or those of the file, and the next import is whole in any case.
func TestKilledImportIsAllOrNothing(t *testing.T) {
	e := newFixture(t)
	do[protocol.GamesImported](t, e.hub, protocol.ImportGames{CSVData: fileOf("old", 30), Mode: protocol.ImportReplace})
	start, err := e.journal.Last(t.Context(), "catalogue")
	if err != nil {
		t.Fatal(err)
	}
	do[protocol.GamesImported](t, e.hub, protocol.ImportGames{CSVData: fileOf("new", 1800), Mode: protocol.ImportReplace})
	records := streamOf(t, e.journal, "catalogue")
	if n := len(records) - int(start); n < 30 || size(records) < 2*persistence.MaxAppendBytes {
		t.Fatalf("%d records of %d bytes: one append would have held them", n, size(records))
	}
	for cut := int(start); cut <= len(records); cut++ {
		if cut > int(start)+3 && cut < len(records)-3 && cut%7 != 0 {
			continue // the middle is all alike
		}
		j := journalOf(t, "catalogue", records[:cut])
		h, err := actors.New(t.Context(), actors.Options{Journal: j})
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]int{"old": 30}
		if cut == len(records) {
			want = map[string]int{"new": 1800}
		}
		if d := cmp.Diff(want, packs(t, h)); d != "" {
			t.Errorf("killed after %d of %d records: %s", cut, len(records), d)
		}
		do[protocol.GamesImported](t, h, protocol.ImportGames{CSVData: fileOf("newer", 120), Mode: protocol.ImportReplace})
		if d := cmp.Diff(map[string]int{"newer": 120}, packs(t, h)); d != "" {
			t.Errorf("killed after %d of %d records, then another import: %s", cut, len(records), d)
		}
		if err := h.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		_ = j.Close()
	}
}

func size(records [][]byte) (n int) {
	for _, r := range records {
		n += len(r)
	}
	return n
}

func streamOf(t *testing.T, j persistence.Journal, stream string) (records [][]byte) {
	t.Helper()
	for rec, err := range j.Read(t.Context(), stream, 0) {
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, slices.Clone(rec.Data))
	}
	return records
}

// journalOf is a journal that holds the records and nothing else.
func journalOf(t *testing.T, stream string, records [][]byte) *memory.Journal {
	t.Helper()
	j := memory.New(memory.Options{})
	for i, r := range records {
		done := make(chan error, 1)
		j.Append(persistence.Append{Stream: stream, Expected: persistence.Seq(i), Records: [][]byte{r}, Done: func(o persistence.Outcome) { done <- o.Err }})
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	return j
}

// TestImportWhoseCommitFails: the disk fails at the first commit of a large import, at
// the second, and so on. Who asked is told that the outcome is unknown, the games are
// those from before, and once the disk is well the same file goes through under the
// same key.
func TestImportWhoseCommitFails(t *testing.T) {
	for fine := range int64(3) {
		t.Run(fmt.Sprint(fine, " commits go through"), func(t *testing.T) {
			disk := errors.New("disk on fire")
			var left atomic.Int64 // commits until the disk fails
			left.Store(1 << 40)
			j := memory.New(memory.Options{Faults: committer.Faults{BeforeCommit: func(int) error {
				if left.Add(-1) < 0 {
					return disk
				}
				return nil
			}}})
			h, err := actors.New(t.Context(), actors.Options{Journal: j})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = j.Close() }()
			defer func() { _ = h.Close(t.Context()) }()
			before := packs(t, h)
			start, err := j.Last(t.Context(), "catalogue")
			if err != nil {
				t.Fatal(err)
			}
			call := actors.Call{Command: protocol.ImportGames{CSVData: fileOf("new", 4500), Mode: protocol.ImportReplace}, Key: &actors.Key{Scope: "test", Name: "k"}}
			left.Store(fine)
			if _, err := h.Do(t.Context(), call); codeOf(err) != protocol.CodeStorage {
				t.Fatal("answered", err)
			}
			left.Store(1 << 40)
			if d := cmp.Diff(before, packs(t, h)); d != "" {
				t.Errorf("a part of the import is there: %s", d)
			}
			if last, err := j.Last(t.Context(), "catalogue"); err != nil || (last > start) != (fine > 0) {
				t.Fatalf("the test is none: %d records were written in %d commits", last-start, fine)
			}
			answer, err := h.Do(t.Context(), call)
			if err != nil || answer.(protocol.GamesImported).Added != 4500 {
				t.Fatalf("%+v %v", answer, err)
			}
			if d := cmp.Diff(map[string]int{"new": 4500}, packs(t, h)); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestImportWithIdempotencyKey: also after a restart, and without looking at the
// catalogue again.
func TestImportWithIdempotencyKey(t *testing.T) {
	e := newFixture(t)
	call := actors.Call{Command: protocol.ImportGames{CSVData: fileOf("new", 120)}, Key: &actors.Key{Scope: "test", Name: "k"}}
	first, err := e.hub.Do(t.Context(), call)
	if err != nil || first.(protocol.GamesImported).Added != 120 {
		t.Fatalf("%+v %v", first, err)
	}
	e.restart()
	again, err := e.hub.Do(t.Context(), call)
	if err != nil {
		t.Fatal(err)
	}
	want, err := json.Marshal(first)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(again.(json.RawMessage))); d != "" {
		t.Error(d)
	}
	if n := packs(t, e.hub)["new"]; n != 120 {
		t.Errorf("%d games", n)
	}
}
