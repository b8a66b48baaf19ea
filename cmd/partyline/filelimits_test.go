package main

import (
	"math"
	"testing"

	"partyline/gateway"
)

func TestFileLimitsReserveFilesForTheJournal(t *testing.T) {
	for _, c := range []struct {
		files         uint64
		tables, rooms int
		want          fileLimits
	}{
		{math.MaxUint64, 0, 1, fileLimits{gateway.DefaultMaxConnections, 256}},
		{1 << 20, 0, 1, fileLimits{gateway.DefaultMaxConnections, 256}},
		{20_000, 0, 1, fileLimits{gateway.DefaultMaxConnections, 256}}, // as the unit file has it
		{20_000, 1000, 1, fileLimits{17_284, 256}},
		{4096, 29, 1, fileLimits{3322, 256}},
		{1024, 0, 1, fileLimits{616, 102}}, // the usual limit
		{1024, 29, 1, fileLimits{572, 95}},
		{1024, 0, 50, fileLimits{468, 78}},
		{256, 1000, 1, fileLimits{96, 16}},
		{0, 0, 1, fileLimits{1, 1}},
	} {
		got := divideFiles(c.files, c.tables, c.rooms)
		if got != c.want {
			t.Errorf("%d files, %d tables, %d rooms: %+v, want %+v", c.files, c.tables, c.rooms, got, c.want)
		}
		used := got.clients + got.deliveries*deliveryFiles + min(ownFiles+tableReserve+2*c.tables+observationFiles*c.rooms, int(c.files/2))
		if c.files > 10 && uint64(used) > c.files {
			t.Errorf("%d files are shared out of %d", used, c.files)
		}
	}
	if files := maxOpenFiles(); files == 0 {
		t.Error("no file may be open, and yet this runs")
	}
}
