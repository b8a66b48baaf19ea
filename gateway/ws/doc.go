// Package ws serves the messages of WebSockets: authentication, subscriptions, and requests
// for the operations of package api. It closes sockets whose token has expired or was
// revoked. Bytes, cursors and heartbeats belong to package fanout, which knows nothing of
// JSON or tokens.
package ws
