package badger

import (
	"os"

	"github.com/rs/zerolog"

	"partyline/persistence/badger/database"
	"partyline/persistence/committer"
)

const (
	// DefaultReserveBytes is the free space below which nothing is written. Badger writes
	// through memory maps: on a full disk the kernel kills the process with SIGBUS, so it
	// must never fill. The reserve holds what Badger may claim between two checks: two
	// write-ahead logs of 16 MiB, two memtables on their way to tables, and the output of
	// two compactions.
	DefaultReserveBytes = 128 << 20
	// DefaultTailBytes is how much of the newest records stays in memory for cursors near
	// the head: at 300 bytes a vote the last 13,000.
	DefaultTailBytes = 4 << 20
)

// Options of a journal on disk. Dir is required.
type Options struct {
	// Dir is the folder of the database. It is made when it is missing. One process may
	// use it at a time.
	Dir string
	// Schema numbers the format of what the caller writes into records and snapshots. A
	// folder of a higher one is refused with *NewerError; one of a lower one is upgraded
	// when it is opened, so that an older program refuses it from then on. With 0 nothing
	// is refused and nothing upgraded.
	Schema int
	// Writer names the calling program and its version, for the error of a program that
	// refuses the folder.
	Writer string
	// ReserveBytes: appends and snapshots fail with ErrUnavailable while less than
	// this is free. 0 is DefaultReserveBytes.
	ReserveBytes uint64
	// TailBytes bounds the records kept in memory for ReadAll. 0 is DefaultTailBytes.
	TailBytes int
	// Free returns the free bytes on the disk of a folder, for tests. Nil asks the
	// operating system.
	Free func(dir string) (uint64, error)
	// Faults fail commits, for tests.
	Faults committer.Faults
	// Sync fails writes after their sync, as a failing disk does, for tests.
	Sync func() error
	// Quiet is whether what Restore makes is quiet; see persistence.Epoch.
	Quiet bool
	// SyncFolder makes durable which files are in the folder of the database, for tests.
	// Nil asks the operating system.
	SyncFolder func(folder *os.File) error
	// OnTrimmed is called with the stored bytes of chunks that a trim has deleted; they leave
	// the disk when their tables are merged. It may be nil.
	OnTrimmed func(bytes int64)
	// Observer may be nil.
	Observer committer.Observer
	Log      zerolog.Logger
}

func (o Options) withDefaults() Options {
	if o.ReserveBytes == 0 {
		o.ReserveBytes = DefaultReserveBytes
	}
	if o.TailBytes == 0 {
		o.TailBytes = DefaultTailBytes
	}
	if o.OnTrimmed == nil {
		o.OnTrimmed = func(int64) {}
	}
	if o.Free == nil {
		o.Free = database.FreeBytes
	}
	return o
}

func (o *Options) database() database.Options {
	return database.Options{Dir: o.Dir, Sync: o.Sync, SyncFolder: o.SyncFolder, Log: o.Log}
}
