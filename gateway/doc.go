// Package gateway is the server's side of the network: it makes commands and queries of
// REST requests and WebSocket messages, and bytes of answers and events. Its own files put
// the parts together and run the HTTP server:
//
//	api      the operations: one handler for each, whichever way they are requested
//	rest     HTTP: routes, middleware, pages, health
//	ws       WebSockets: their messages, requests and subscriptions
//	auth     tokens: signing, verifying, who may do what
//	limit    the table of limits, and what counts them
//	decode   JSON and parameters
//	fanout   the bytes of WebSockets: cursors, workers, heartbeats
//
// The package decides nothing about game nights. It must not touch the disk, read the
// environment or know the journal.
package gateway
