package persistence_test

import (
	"slices"
	"testing"

	"partyline/persistence"
	"partyline/persistence/memory"
)

func TestSkipDamaged(t *testing.T) {
	j := memory.New(memory.Options{})
	defer func() { _ = j.Close() }()
	for i, stream := range []string{"a", "b", "b", "c"} {
		last, err := j.Last(t.Context(), stream)
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		j.Append(persistence.Append{Stream: stream, Expected: last, Records: [][]byte{{byte(i)}}, Done: func(o persistence.Outcome) { done <- o.Err }})
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	j.Damage("b", 1)
	var read []string
	var lost []string
	for rec, err := range persistence.SkipDamaged(t.Context(), j, 0, func(d *persistence.Damage) { lost = append(lost, d.Stream) }) {
		if err != nil {
			t.Fatal(err)
		}
		read = append(read, rec.Stream)
	}
	if !slices.Equal(lost, []string{"b"}) || read[0] != "a" || read[len(read)-1] != "c" {
		t.Fatalf("read %v, lost %v", read, lost)
	}
}
