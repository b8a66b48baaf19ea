package journaltest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"partyline/persistence"
)

// tables keeps two tables apart, replaces and removes keys, and finds all of it again.
func tables(t *testing.T, h Harness) {
	wantTable(t, h.Journal, "a", "")
	update(t, h.Journal, "a", "k1=one", "k2=two", "l=", "k2=second")
	update(t, h.Journal, "ab", "k1=neighbour")
	wantTable(t, h.Journal, "a", "", "k1=one", "k2=second", "l=")
	wantTable(t, h.Journal, "a", "k", "k1=one", "k2=second")
	update(t, h.Journal, "a", "k1", "m=three", "l=four", "none")
	wantTable(t, h.Journal, "a", "", "k2=second", "l=four", "m=three")
	Write(t, h.Journal, "a", 0, 1)
	if h.Reopen != nil {
		h.Journal = h.Reopen()
	}
	wantTable(t, h.Journal, "a", "", "k2=second", "l=four", "m=three")
	wantTable(t, h.Journal, "ab", "", "k1=neighbour")
}

// largeTableUpdate makes as large an update as one may, with a value that can be compressed.
func largeTableUpdate(t *testing.T, h Harness) {
	big := []persistence.TableEntry{{Key: []byte("zeros"), Value: make([]byte, persistence.MaxTableValue)}}
	for i := range 2 {
		big = append(big, persistence.TableEntry{Key: fmt.Append(nil, i), Value: noise(persistence.MaxTableValue)})
	}
	const size = 16
	rest := persistence.MaxTableUpdateBytes - 3*persistence.MaxTableValue - 7
	for i := range min(rest/(size+8), persistence.MaxTableChanges-3) {
		big = append(big, persistence.TableEntry{Key: fmt.Appendf(nil, "n%07d", i), Value: noise(size)})
	}
	if err := h.Journal.UpdateTable(t.Context(), "a", big); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, e := range entries(t, h.Journal, "a", "") {
		key, value, _ := strings.Cut(e, "=")
		got[key] = value
	}
	for _, e := range big {
		if got[string(e.Key)] != string(e.Value) {
			t.Fatalf("the value of %q is not what was written", e.Key)
		}
	}
}

func badTableUpdates(t *testing.T, h Harness) {
	update(t, h.Journal, "a", "k=kept")
	entry := func(key, value int) persistence.TableEntry {
		return persistence.TableEntry{Key: make([]byte, key), Value: make([]byte, value)}
	}
	for name, c := range map[string]struct {
		table   string
		changes []persistence.TableEntry
		want    error
	}{
		"no name":          {"", nil, persistence.ErrInvalid},
		"no key":           {"a", []persistence.TableEntry{entry(1, 1), entry(0, 1)}, persistence.ErrInvalid},
		"a long key":       {"a", []persistence.TableEntry{entry(persistence.MaxTableKey+1, 1)}, persistence.ErrInvalid},
		"a large value":    {"a", []persistence.TableEntry{entry(1, persistence.MaxTableValue+1)}, persistence.ErrTooLarge},
		"too many bytes":   {"a", []persistence.TableEntry{entry(1, 256<<10), entry(2, 256<<10), entry(3, 256<<10), entry(4, 256<<10)}, persistence.ErrTooLarge},
		"too many changes": {"a", make([]persistence.TableEntry, persistence.MaxTableChanges+1), persistence.ErrTooLarge},
	} {
		if err := h.Journal.UpdateTable(t.Context(), c.table, c.changes); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Journal.UpdateTable(ctx, "a", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want the end of the context", err)
	}
	wantTable(t, h.Journal, "a", "", "k=kept")
}

// tableViews writes while a view is read.
func tableViews(t *testing.T, h Harness) {
	update(t, h.Journal, "a", "k1=one", "k2=two")
	err := h.Journal.ReadTable(t.Context(), "a", func(v persistence.TableView) error {
		update(t, h.Journal, "a", "k1", "k2=new", "k3=three")
		value, ok, err := v.Get([]byte("k2"))
		if err != nil || !ok || string(value) != "two" {
			t.Errorf("a later update is seen: %q, %v, %v", value, ok, err)
		}
		if _, ok, err := v.Get([]byte("k3")); ok || err != nil {
			t.Errorf("a later key is seen: %v, %v", ok, err)
		}
		for e, err := range v.Scan(nil) {
			if err != nil || string(e.Key) != "k1" {
				t.Errorf("%q, %v, want the first key", e.Key, err)
			}
			break
		}
		return errTable
	})
	if !errors.Is(err, errTable) {
		t.Errorf("%v, want the reader's own error", err)
	}
	wantTable(t, h.Journal, "a", "", "k2=new", "k3=three")
}

var errTable = errors.New("the reader has had enough")

func tableDropped(t *testing.T, h Harness) {
	for n := range 3 {
		many := make([]string, 0, 1500)
		for i := range cap(many) {
			many = append(many, fmt.Sprintf("%d-%d=value", n, i))
		}
		update(t, h.Journal, "a", many...)
	}
	update(t, h.Journal, "b", "k=kept")
	if err := h.Journal.DropTable(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	wantTable(t, h.Journal, "a", "")
	wantTable(t, h.Journal, "b", "", "k=kept")
	update(t, h.Journal, "a", "k=again")
	wantTable(t, h.Journal, "a", "", "k=again")
}

// update sets keys, "key=value", and removes others, "key".
func update(t testing.TB, j persistence.Journal, table string, changes ...string) {
	t.Helper()
	list := make([]persistence.TableEntry, len(changes))
	for i, c := range changes {
		key, value, set := strings.Cut(c, "=")
		if list[i].Key = []byte(key); set {
			list[i].Value = append([]byte{}, value...)
		}
	}
	if err := j.UpdateTable(t.Context(), table, list); err != nil {
		t.Fatal(err)
	}
}

func wantTable(t testing.TB, j persistence.Journal, table, prefix string, want ...string) {
	t.Helper()
	got := entries(t, j, table, prefix)
	if !slices.Equal(got, want) {
		t.Fatalf("table %s: %q, want %q", table, got, want)
	}
	for _, e := range want {
		key, value, _ := strings.Cut(e, "=")
		err := j.ReadTable(t.Context(), table, func(v persistence.TableView) error {
			got, ok, err := v.Get([]byte(key))
			if !ok || string(got) != value {
				t.Fatalf("%s: %q, %v", key, got, ok)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func entries(t testing.TB, j persistence.Journal, table, prefix string) (all []string) {
	t.Helper()
	err := j.ReadTable(t.Context(), table, func(v persistence.TableView) error {
		for e, err := range v.Scan([]byte(prefix)) {
			if err != nil {
				return err
			}
			all = append(all, string(e.Key)+"="+string(e.Value))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
