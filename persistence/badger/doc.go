// Package badger is the journal on disk, in one Badger database.
//
// All appends go through the shared committer, which hands over one batch at a time; store
// encodes a batch and writes it as one Badger transaction with one sync. Nothing is reported
// written before that sync. The newest commits stay in memory (tail) for readers near the
// head; everything else is read from the database.
//
// # Its packages
//
//	layout     what the bytes of keys and values mean
//	preflight  what is checked and repaired in a folder before Badger opens it
//	database   Badger with its lock, its log files and its failures; cursors over what it holds
//	verify     the verification of a whole journal
//	backup     the backup file: writing one, loading one into a new folder
//
// # Opening
//
// Before Badger opens a folder, the folder is locked and checked; see preflight. Then the
// trim marks and the last sequence of every stream are read into memory: Badger passes over
// a key that has rotted while it is open, so that a stream seems to end early. See
// streamHeads.
//
// # After a write that failed
//
// Nothing more is written until the folder is opened again. Reads see what was confirmed
// before the failure. See package database.
//
// # What it must not do
//
// Nothing of Badger may show outside this package and its packages. It must not trust what
// it reads: a gap or a checksum that does not fit is ErrCorrupt, never an end of stream.
package badger
