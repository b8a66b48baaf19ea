// Package contract validates the server against its API descriptions, protocol.OpenAPI
// and protocol.AsyncAPI.
//
// A Checker validates HTTP exchanges, as the transport of a client or in front of a
// handler, and records which operation was seen with which status. The tests of this
// package call a whole server until every documented status was seen, validate WebSocket
// messages, and run every example of docs/api.
//
// The example responses in the description and in the reference pages come from a scripted
// session of the tests. go generate writes them. A new operation needs a step there.
//
// The package is for tests only: the product must not import it, and it knows only the
// descriptions of the product.
package contract

//go:generate go test -run ^(TestGeneratedDocs|TestExamplesAreAnswers)$ . -update
