// Hooks proves the webhooks of a Partyline of its own from outside: crash kills it
// while it delivers and judges what arrived, bench measures, receive is the other
// side, which the other two start.
//
//	go run ./loadtest/cmd/hooks crash
//	go run ./loadtest/cmd/hooks bench --json FILE
package main
