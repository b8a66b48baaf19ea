package main

import (
	"path/filepath"

	"partyline/gateway"
	"partyline/gateway/outbound"
)

// What opens files beside clients. Each is counted at its most, for a process without a
// file descriptor serves nobody, and a journal that can make no file writes nothing.
const (
	// ownFiles are those of the process (input, output, the poller, listeners, keys), of
	// the journal (its logs, the manifest, the descriptors in reserve) and of what is read
	// now and then: a certificate, names, downloads.
	ownFiles = 100
	// tableRoom is how many tables a journal may gain until the next start, beside as many
	// again as it has: a million votes are some 29, and a merge has old and new ones.
	tableRoom = 100
	// roomFiles are those of one look into a room: its connection, a request, and a name
	// that is looked up for each.
	roomFiles = 4
	// manyRooms are counted where active sessions have no limit.
	manyRooms = 50
	// deliveryFiles are those of one delivery: its connection, and a name that is looked up.
	deliveryFiles = 2
	// sharesOfClients is how many files clients get for each that deliveries get.
	sharesOfClients = 3
)

// fileShares is how many may be connected at once.
type fileShares struct{ clients, deliveries int }

// sharesOf divides the files that a process may have open, with that many tables in its
// journal and rooms to be looked into. One that may open very few keeps half for itself.
func sharesOf(files uint64, tables, rooms int) fileShares {
	own := uint64(ownFiles + tableRoom + 2*tables + roomFiles*rooms)
	rest := files - min(own, files/2)
	deliveries := min(outbound.DefaultMaxConnections, rest/(1+sharesOfClients)/deliveryFiles)
	return fileShares{
		clients:    int(max(1, min(uint64(gateway.DefaultMaxConnections), rest-deliveries*deliveryFiles))),
		deliveries: int(max(1, deliveries)),
	}
}

// tablesIn counts the tables of a journal that is still to be opened.
func tablesIn(journal string) int {
	names, err := filepath.Glob(filepath.Join(journal, "*.sst"))
	if err != nil {
		return 0 // no pattern is wrong
	}
	return len(names)
}
