// Go receives webhooks and verifies them with the standard library only. Its arguments are
// the secret and an address to listen on. It is an example to copy, so it must not import
// anything of the server.
//
//	go run ./docs/api/examples/verify/go mysecret123 127.0.0.1:8080
package main
