package badger

import (
	"partyline/persistence/badger/backup"
	"partyline/persistence/badger/layout"
	"partyline/persistence/badger/preflight"
	"partyline/persistence/badger/verify"
)

// ErrLocked: another process has the folder open.
var ErrLocked = preflight.ErrLocked

// NewerError refuses a folder or a backup that a newer version has written.
type NewerError = layout.NewerError

// Fault is one thing that does not fit, as Verify reports it.
type Fault = verify.Fault

// Summary counts what a verification saw.
type Summary = verify.Summary

// ErrBackup: what was given to Restore is not a whole backup.
var ErrBackup = backup.ErrBackup
