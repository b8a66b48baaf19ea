// Package catalogue is the state of the game list: which games there are, in which packs,
// which of them are enabled, and how much the picker favours each.
//
// It decides commands into facts, applies facts, answers queries and picks a game. It is pure:
// no actor, no disk, no clock, no network, no randomness (the caller passes random numbers
// in). It does not know how often a game was played or voted for: those numbers belong to the
// standings, and Totals adds them to what is read here.
//
// Readers never see a game change: what a read returns shares only values that no later fact
// writes to.
package catalogue
