package main

import (
	"path/filepath"

	"partyline/gateway"
	"partyline/gateway/outbound"
)

// What opens files beside clients. Each is counted at its maximum, for a process without a
// free file descriptor serves no client, and a journal that cannot create a file writes
// nothing.
const (
	// ownFiles are those of the process (input, output, the poller, listeners, keys), of the
	// journal (its logs, the manifest, the reserved descriptors) and of occasional reads: a
	// certificate, names, downloads.
	ownFiles = 100
	// tableReserve is how many tables a journal may gain until the next start, beside as many
	// again as it has: a million votes are some 29, and a merge has old and new ones.
	tableReserve = 100
	// observationFiles are those of observing one room: its connection, a request, and a name
	// lookup for each.
	observationFiles = 4
	// unlimitedSessions is counted when the number of active sessions has no limit.
	unlimitedSessions = 50
	// deliveryFiles are those of one delivery: its connection, and a name lookup.
	deliveryFiles = 2
	// clientsPerDelivery is how many files clients get for each that deliveries get.
	clientsPerDelivery = 3
)

// fileLimits are how many clients and deliveries may be connected at once.
type fileLimits struct{ clients, deliveries int }

// divideFiles divides the files that a process may open, with that many tables in its journal
// and rooms to observe. A process that may open very few keeps half for itself.
func divideFiles(files uint64, tables, rooms int) fileLimits {
	own := uint64(ownFiles + tableReserve + 2*tables + observationFiles*rooms)
	rest := files - min(own, files/2)
	deliveries := min(outbound.DefaultMaxConnections, rest/(1+clientsPerDelivery)/deliveryFiles)
	return fileLimits{
		clients:    int(max(1, min(uint64(gateway.DefaultMaxConnections), rest-deliveries*deliveryFiles))),
		deliveries: int(max(1, deliveries)),
	}
}

// tablesIn counts the tables of a journal before it is opened.
func tablesIn(journal string) int {
	names, err := filepath.Glob(filepath.Join(journal, "*.sst"))
	if err != nil {
		return 0 // the pattern is valid
	}
	return len(names)
}
