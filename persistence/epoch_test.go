package persistence_test

import (
	"errors"
	"testing"

	"partyline/persistence"
)

func TestEpochsAreSoundAndDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		e := persistence.NewEpoch()
		if err := e.Check(); err != nil || e.Adopted || seen[e.ID] {
			t.Fatalf("%+v, seen before: %v, %v", e, seen[e.ID], err)
		}
		seen[e.ID] = true
	}
}

func TestAnEpochThatCannotBe(t *testing.T) {
	for _, e := range []persistence.Epoch{
		{},
		{ID: "abcdefghijklmno"},
		{ID: "abcdefghijklmnopq"},
		{ID: "ABCDEFGHIJKLMNOP"},
		{ID: "abcdefgh1jklmnop"},
		{ID: "abcdefgh\x00jklmnop"},
		{ID: "abcdefghijklmnop", AdoptedAt: 1},
	} {
		if err := e.Check(); !errors.Is(err, persistence.ErrInvalid) {
			t.Errorf("%+v: %v, want invalid", e, err)
		}
	}
	if err := (persistence.Epoch{ID: "abcdefghijklmno7", Adopted: true, AdoptedAt: 1}).Check(); err != nil {
		t.Error(err)
	}
}
