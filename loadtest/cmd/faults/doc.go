// Faults does to a Partyline of its own what happens to a machine, under load, and judges
// what is left: a full disk, a frozen process, SIGTERM, rotten bytes.
//
//	go run ./loadtest/cmd/faults --long
package main
