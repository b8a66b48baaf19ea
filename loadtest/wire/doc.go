// Package wire holds two cheap clients for load on one machine: a WebSocket client
// that reads frames without allocating, so that thousands of screens fit beside the
// server they watch, and a keep-alive HTTP/1.1 connection that posts JSON.
//
// It speaks plain TCP and only what Partyline's answers need: no TLS, no
// compression, no chunked bodies. It must stay strict all the same: a masked frame
// from the server, a reserved bit, a control frame in pieces are errors, because a
// lenient client would hide a broken server.
package wire
