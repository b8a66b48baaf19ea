// Package api serves the operations of the API. There is one table of operations
// (protocol.Operations) and one handler for each row; a REST request and a WebSocket
// request of the same operation go through the same handler, with the same rights, the same
// checks and the same response. Request hides where the parameters came from.
//
// The handlers decide nothing about game nights: what a vote counts for, whether a session
// may be closed, is asked of the hub. The package must not know sockets or routes.
package api
