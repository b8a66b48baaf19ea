// Package gateway makes every contact with the network: it turns REST requests and
// WebSocket messages into commands and queries, and answers and events back into
// bytes.
//
// There is one table of operations (protocol.Operations) and one handler for each
// row. A REST request and a WebSocket request frame of the same operation go
// through the same handler, with the same rights, the same checks and the same
// answer; the input hides where the parameters came from. Below the WebSocket's
// messages works the engine of gateway/fanout, which knows sockets and cursors and
// nothing of JSON or tokens.
//
// The package decides nothing about game nights: what a vote counts for, whether a
// session may be closed, is asked of the hub. It must not touch the disk, read the
// environment or know the journal.
package gateway
