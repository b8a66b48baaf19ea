package badger

import (
	"partyline/persistence/badger/backup"
	"partyline/persistence/badger/layout"
	"partyline/persistence/badger/preflight"
	"partyline/persistence/badger/stats"
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

// StatsEntry is one entry of the database, as Stats finds it.
type StatsEntry = stats.Entry

// Spaces of entries; see package stats.
const (
	StatsChunks        = stats.Chunks
	StatsRecordParts   = stats.RecordParts
	StatsManifests     = stats.Manifests
	StatsSnapshotParts = stats.SnapshotParts
	StatsTrimMarks     = stats.TrimMarks
	StatsIndex         = stats.Index
	StatsMemos         = stats.Memos
	StatsTables        = stats.Tables
)

// ErrBackup: what was given to Restore is not a whole backup.
var ErrBackup = backup.ErrBackup
