package main

import (
	"math"
	"testing"

	"partyline/gateway"
)

func TestClientsAndDeliveriesLeaveFilesForTheJournal(t *testing.T) {
	for _, c := range []struct {
		files         uint64
		tables, rooms int
		want          fileShares
	}{
		{math.MaxUint64, 0, 1, fileShares{gateway.DefaultMaxConnections, 256}},
		{1 << 20, 0, 1, fileShares{gateway.DefaultMaxConnections, 256}},
		{20_000, 0, 1, fileShares{gateway.DefaultMaxConnections, 256}}, // as the unit file has it
		{20_000, 1000, 1, fileShares{17_284, 256}},
		{4096, 29, 1, fileShares{3322, 256}},
		{1024, 0, 1, fileShares{616, 102}}, // the usual limit
		{1024, 29, 1, fileShares{572, 95}},
		{1024, 0, 50, fileShares{468, 78}},
		{256, 1000, 1, fileShares{96, 16}},
		{0, 0, 1, fileShares{1, 1}},
	} {
		got := sharesOf(c.files, c.tables, c.rooms)
		if got != c.want {
			t.Errorf("%d files, %d tables, %d rooms: %+v, want %+v", c.files, c.tables, c.rooms, got, c.want)
		}
		used := got.clients + got.deliveries*deliveryFiles + min(ownFiles+tableRoom+2*c.tables+roomFiles*c.rooms, int(c.files/2))
		if c.files > 10 && uint64(used) > c.files {
			t.Errorf("%d files are shared out of %d", used, c.files)
		}
	}
	if files := openFiles(); files == 0 {
		t.Error("no file may be open, and yet this runs")
	}
}
