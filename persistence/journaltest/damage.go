package journaltest

import (
	"errors"
	"slices"
	"testing"

	"partyline/persistence"
)

// damagePassed reads around a damaged append in the middle of three streams.
func damagePassed(t *testing.T, h Harness) {
	j := h.Journal
	Write(t, j, "a", 0, 2)
	Write(t, j, "b", 0, 1)
	Write(t, j, "a", 2, 1)
	Write(t, j, "b", 1, 2)
	Write(t, j, "a", 3, 2)
	whole := list(t, j.ReadAll(t.Context(), 0))
	h.Damage("a", 3)
	kept := slices.DeleteFunc(slices.Clone(whole), func(r persistence.Record) bool { return r.Stream == "a" && r.Seq == 3 })
	for after := range j.Head() + 1 {
		got, damages := readPastDamage(t, j, after)
		want := slices.DeleteFunc(slices.Clone(kept), func(r persistence.Record) bool { return r.Position <= after })
		if !slices.EqualFunc(got, want, same) {
			t.Errorf("after %d: %v, want %v", after, got, want)
		}
		if (len(damages) == 1) != (after < 4) {
			t.Fatalf("after %d: damages %v", after, damages)
		}
		for _, d := range damages {
			d.Err = nil
			if want := (persistence.Damage{Stream: "a", First: 3, Last: 3, FirstPosition: 4, LastPosition: 4}); *d != want {
				t.Errorf("after %d: %+v, want %+v", after, *d, want)
			}
		}
	}
	wantCorrupt(t, "read", j.Read(t.Context(), "a", 0), 2)
	wantCorrupt(t, "back", j.ReadBack(t.Context(), "a", 0), 2)
	if got := list(t, j.Read(t.Context(), "b", 0)); len(got) != 3 {
		t.Errorf("%d records of the other stream, want 3", len(got))
	}
	Write(t, j, "a", 5, 1)
	Write(t, j, "b", 3, 1)
}

// readPastDamage reads to the head and goes on after each damage.
func readPastDamage(t *testing.T, j persistence.Journal, after persistence.Position) (got []persistence.Record, damages []*persistence.Damage) {
	t.Helper()
	for len(damages) < 5 {
		var damage *persistence.Damage
		for r, err := range j.ReadAll(t.Context(), after) {
			if err != nil {
				if !errors.As(err, &damage) || !errors.Is(err, persistence.ErrCorrupt) {
					t.Fatalf("after %d: %v, want damage", after, err)
				}
				break
			}
			r.Data = nil
			got = append(got, r)
		}
		if damage == nil {
			return got, damages
		}
		after = damage.LastPosition
		damages = append(damages, damage)
	}
	t.Fatalf("no end of damages: %v", damages)
	return nil, nil
}

func wantCorrupt(t *testing.T, name string, records func(func(persistence.Record, error) bool), before int) {
	t.Helper()
	if n, err := lastError(records); n != before || !errors.Is(err, persistence.ErrCorrupt) {
		t.Errorf("%s: %d records, then %v; want %d, then corrupt", name, n, err, before)
	}
}

// damageTrimmed: damage in records that are trimmed is not reported any more.
func damageTrimmed(t *testing.T, h Harness) {
	j := h.Journal
	for i := range persistence.Seq(3) {
		Write(t, j, "a", i, 1)
	}
	h.Damage("a", 2)
	trim(t, j, "a", 2)
	if got := list(t, j.Read(t.Context(), "a", 0)); len(got) != 1 {
		t.Errorf("%d records, want 1", len(got))
	}
	if got := list(t, j.ReadAll(t.Context(), 0)); len(got) != 1 {
		t.Errorf("%d records in the global order, want 1", len(got))
	}
}
