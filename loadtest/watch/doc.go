// Package watch opens the sessions of a run, has screens watch them across connections, and has
// the oracle check what the screens saw, what voters were answered and what REST says.
package watch
