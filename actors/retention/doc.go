// Package retention folds the single votes of sessions that were closed long ago into their
// totals, one session after the other in the background, and removes their records, and those of
// tokens that have ended. Whether a
// session is old enough is decided by the rules of the session; this package must not change a
// session in any other way.
package retention
