// Siege builds the server, starts it on a temporary folder and attacks it in every way
// that a client can, while honest voters and screens go on. It prints what each attack
// came to and exits with 1 when one was not withstood.
//
//	go run ./loadtest/cmd/siege --only deaf-screens
package main
