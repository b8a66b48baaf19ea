// Scenario plays k6 scripts against a server that it starts itself, and prints what came
// of it. It exits with 1 when a threshold failed or anything was not as promised.
//
//	go run ./loadtest/cmd/scenario votes screens
//	go run ./loadtest/cmd/scenario -long -rate 1000 votes-ws
package main
