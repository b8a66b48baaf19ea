// Package fake is a room service for tests, as the real one behaves towards those who
// look into a room: the answers of its REST, the frames of its WebSockets, what it
// enforces, and how it fails. Rooms do what a test tells them to.
//
// It remembers what it was asked and counts the connections that are open, so that one
// that is left behind fails a test. It is no game: nobody can play here, and nothing of
// it may be used outside of tests.
package fake
