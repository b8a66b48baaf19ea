// Package hooks proves webhooks from outside: the real program delivers to endpoints
// in another process. Crash kills it over and over while endpoints fail at random,
// and has judge look at what they saw; Bench measures how fast and how soon
// deliveries come.
//
// Nothing here may know how the server keeps its place: it is judged by what arrives
// and by what it tells over REST and WebSocket.
package hooks
