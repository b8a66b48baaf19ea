// Command cmd puts load on a Partyline, kills it, attacks it, and judges what comes of it. Each
// subcommand builds the server, unless it is given one with --binary, and starts it on a
// temporary folder; it exits with 1 when anything was not as promised.
//
//	go run ./loadtest/cmd crowd --start --screens 1000 --rate 250 --duration 30s
//	go run ./loadtest/cmd crash --rounds 25
//	go run ./loadtest/cmd webhooks crash --short
//	go run ./loadtest/cmd attack --only non-reading-screens
//	go run ./loadtest/cmd faults --long
//	go run ./loadtest/cmd growth --votes 1M --sessions 1000
//	go run ./loadtest/cmd scenario votes screens
package main
