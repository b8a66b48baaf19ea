// Package projection keeps the standings, the totals over all sessions, by reading the journal's
// global order with a cursor of its own. How they are counted is in package standings; this
// package must not decide anything or write to any stream.
package projection
