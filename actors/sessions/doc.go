// Package sessions runs the sessions: one actor for each that is awake, the directory of all
// there are, their feeds, join codes and player checks, and the erasure of those that were
// deleted. The rules of a session are in package session; this package must not know any of
// them, nor the other states, HTTP or WebSockets.
package sessions
