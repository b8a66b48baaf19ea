// Package released plays an evening against the program of a release, with a fact of
// every kind in it, and keeps what is left: the data folder, a backup, and what the
// program answered. Later versions must open the folder, restore the backup, and answer
// the same.
//
// It speaks to the program as clients do, in JSON that it writes itself: the words of
// this checkout may be newer than the release.
package released
