package main

import "partyline/gateway"

// filesReserve is how many open files are left to the journal, its tables, webhooks
// and logs.
const filesReserve = 1000

// connectionLimit is how many clients may be connected at once: as many as the process
// may have files open, less the reserve, and no more than the server is made for.
func connectionLimit() int { return connectionsWithin(openFiles()) }

// connectionsWithin a number of open files. A process that may open very few keeps half
// of them for itself.
func connectionsWithin(files uint64) int {
	reserve := min(filesReserve, files/2)
	return int(max(1, min(gateway.DefaultMaxConnections, files-reserve)))
}
