// Package session has the rules of one session, pure: which games were played when, who voted, and
// the totals.
//
// Decide turns a command into facts or an error and changes nothing. Apply changes the state by one
// fact and refuses none. Publish makes the one event of a fact that was just applied. The same facts
// applied in the same order always give the same state, so the journal holds facts, and snapshots
// are only a shortcut.
//
// The package is pure: it imports protocol and the standard library only, and
// knows no actor, disk, clock, network, goroutine, log or random number. Time
// comes in as an argument. A State belongs to one goroutine; what its reads
// return is never changed afterwards and may be handed to others.
package session
