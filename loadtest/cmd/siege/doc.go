// Siege builds the server, starts it on a temporary folder and attacks it in every way
// that a client can, while honest voters and screens go on. It prints what each attack
// came to and exits with 1 when one was not withstood.
//
//	go run ./loadtest/cmd/siege --only deaf-screens
//
// With --addresses it attacks from addresses that are not loopback, and prints a table of
// what honest votes take alone and during each attack.
package main
