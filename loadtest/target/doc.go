// Package target is the server of a run: it builds the program, starts it on a temporary folder
// and a free port of the loopback, waits until it is ready, measures it, and ends it. All tests
// and measurements start their server here.
package target
