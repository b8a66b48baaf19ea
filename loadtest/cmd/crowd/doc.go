// Crowd puts a load on a running Partyline, or on one that it starts itself, and
// prints what came of it: throughput, latencies, what the server used, and what the
// oracle found. It exits with 1 when the oracle found anything.
//
//	go run ./loadtest/cmd/crowd --start --screens 1000 --rate 250 --duration 30s
package main
