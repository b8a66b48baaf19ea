// Package conformance holds the WebSocket against clients that others wrote: the ws
// of Node and the Autobahn of Python. They speak to the real program in echo-like
// exchanges (a request's id comes back) and do what the everyday client never does:
// messages in many fragments, characters cut in two, control frames in between,
// every kind of close, and frames that RFC 6455 forbids.
//
// It also puts Debian's nginx in front of the program, with the configuration that
// docs/operations.md shows.
//
// The package has no code of its own, only tests that run those programs. It needs Node,
// npm and Debian's python3-autobahn and nginx-light, so it is built with the tag peers
// alone; `go run ./cmd/dev peers` runs it. It must not know how the server is built.
package conformance
