// Package released runs sessions on the program of a release, with a fact of every kind in
// them, and keeps the result: the data folder, a backup, and the program's responses. Later
// versions must open the folder, restore the backup, and answer the same.
//
// It talks to the program as clients do, in JSON that it writes itself: package protocol of
// this checkout may be newer than the release.
package released
