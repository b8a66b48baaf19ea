package main

import "testing"

func TestMemoryIsReleasedOnceAfterABurst(t *testing.T) {
	freed := 0
	r := &memoryReleaser{free: func() { freed++ }}
	total := uint64(0)
	for i, c := range []struct {
		grown uint64
		freed int
	}{
		{1, 0},             // quiet from the start
		{busyBytes, 0},     // a storm
		{2 * busyBytes, 0}, // goes on
		{1, 1},             // is over
		{1, 1},             // stays over
		{busyBytes, 1},
		{busyBytes - 1, 2},
	} {
		total += c.grown
		if r.sample(total); freed != c.freed {
			t.Fatalf("look %d: given back %d times, want %d", i, freed, c.freed)
		}
	}
	if before := allocatedBytes(); before == 0 {
		t.Fatal("nothing was ever allocated")
	}
}
