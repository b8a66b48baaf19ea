// Package webhooks proves webhooks from outside: the real program delivers to endpoints in
// another process. Check registers some beside any run (the crash test, a k6 scenario) and
// judges what their endpoints saw; Bench measures how fast and how soon deliveries come.
//
// Nothing here may know how the server keeps its place: it is judged by what arrives and by
// what it tells over REST and WebSocket.
package webhooks
