// Package contract holds what the server says against what it has promised: the
// descriptions protocol.OpenAPI and protocol.AsyncAPI.
//
// A Checker looks at HTTP exchanges, as the transport of a client or in front of a
// handler, and keeps count of which operation was seen with which status. Messages
// does the same for the messages of a WebSocket. The tests of this package drive a
// whole server until everything that is promised was seen, and run every example of
// docs/api.
//
// The examples of answers, in the description and in the reference pages, are what a
// server says in a story that the tests tell it. go generate writes them. A new operation
// needs a step in that story.
//
// It is for tests alone: nothing of the product may import it, and it knows nothing of
// the product but the descriptions.
package contract

//go:generate go test -run ^(TestGeneratedDocs|TestExamplesAreAnswers)$ . -update
