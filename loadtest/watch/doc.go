// Package watch opens the sessions of a run, has screens watch them across connections, and
// has the oracle judge what the screens saw, what voters were told and what REST says.
package watch
