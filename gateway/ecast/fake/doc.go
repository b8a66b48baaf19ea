// Package fake is a room service for tests. It behaves as the real one does towards observers:
// the responses of its REST, the frames of its WebSockets, its limits, and how it fails. Tests
// control the rooms.
//
// It records its requests and counts the open connections, so that one left open fails a test.
// It is not a game: nothing can be played in it, and it must not be used outside of tests.
package fake
