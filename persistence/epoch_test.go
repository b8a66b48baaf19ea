package persistence_test

import (
	"errors"
	"testing"

	"partyline/persistence"
)

const anID = "abcdefghijklmno7"

func TestEpochsAreValidAndDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		e := persistence.NewEpoch()
		if err := e.Check(); err != nil || e.Adopted || seen[e.ID] {
			t.Fatalf("%+v, seen before: %v, %v", e, seen[e.ID], err)
		}
		seen[e.ID] = true
	}
}

func TestInvalidEpoch(t *testing.T) {
	for _, e := range []persistence.Epoch{
		{},
		{ID: "abcdefghijklmno"},
		{ID: "abcdefghijklmnopq"},
		{ID: "ABCDEFGHIJKLMNOP"},
		{ID: "abcdefgh1jklmnop"},
		{ID: "abcdefgh\x00jklmnop"},
		{ID: anID, AdoptedAt: 1},
		{ID: anID, Adopted: true, Quiet: true},
		{ID: anID, Adopted: true, RestoredAt: 1},
	} {
		if err := e.Check(); !errors.Is(err, persistence.ErrInvalid) {
			t.Errorf("%+v: %v, want invalid", e, err)
		}
	}
	for _, e := range []persistence.Epoch{
		{ID: anID},
		{ID: anID, Adopted: true},
		{ID: anID, Adopted: true, AdoptedAt: 1},
		{ID: anID, Quiet: true},
		{ID: anID, Quiet: true, RestoredAt: 7},
		{ID: anID, RestoredAt: 7},
	} {
		if err := e.Check(); err != nil {
			t.Errorf("%+v: %v", e, err)
		}
	}
}

func TestLineageNamesTheEpochOfARecord(t *testing.T) {
	l := persistence.Lineage{{Through: 3}, {ID: anID, Through: 5}}
	if err := l.Check(); err != nil {
		t.Fatal(err)
	}
	for p, want := range map[persistence.Position]struct {
		id string
		ok bool
	}{1: {"", true}, 3: {"", true}, 4: {anID, true}, 5: {anID, true}, 6: {"", false}} {
		if id, ok := l.At(p); id != want.id || ok != want.ok {
			t.Errorf("at %d: %q, %v, want %+v", p, id, ok, want)
		}
	}
	for _, l := range []persistence.Lineage{
		{{Through: 0}}, {{Through: 3}, {ID: anID, Through: 3}}, {{ID: "X", Through: 3}},
	} {
		if err := l.Check(); !errors.Is(err, persistence.ErrInvalid) {
			t.Errorf("%+v: %v, want invalid", l, err)
		}
	}
}
