package main

import (
	"math"
	"testing"

	"partyline/gateway"
)

func TestConnectionsLeaveFilesForTheJournal(t *testing.T) {
	for files, want := range map[uint64]int{
		math.MaxUint64: gateway.DefaultMaxConnections, 1 << 20: gateway.DefaultMaxConnections, 20_000: 19_000,
		19_999: 18_999, 4096: 3096, 1024: 512, 256: 128, 0: 1,
	} {
		if got := connectionsWithin(files); got != want {
			t.Errorf("%d connections with %d files, want %d", got, files, want)
		}
	}
	if files := openFiles(); files == 0 {
		t.Error("no file may be open, and yet this runs")
	}
}
