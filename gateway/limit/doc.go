// Package limit bounds what clients may ask of the server. Every limit is a row of one
// table, in table.go: what is limited, on what it counts, how much passes, who is exempt,
// what the client is told, and why the number is what it is. Token buckets count the rows
// that have a rate; the others are counts of what is open, waiting or held.
//
// The package answers yes, no, or how long to wait. What is done with the answer, and
// which request costs what, is decided by the callers. It must not know HTTP requests,
// frames or the hub.
package limit
