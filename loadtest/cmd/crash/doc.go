// Crash kills a Partyline of its own over and over under load and judges what comes
// back. It exits with 1 when anything is lost, doubled or out of order.
//
//	go run ./loadtest/cmd/crash --rounds 25
package main
