package history

import (
	"cmp"

	"partyline/actors/admission"
	"partyline/actors/ledger"
	"partyline/actors/projection"
	"partyline/actors/sessions"
)

const (
	// maxScans is how many pages of the vote history are read at one time. Each takes a core
	// while it reads, and votes come first.
	maxScans = 2
	// maxExports is how many sessions are exported at one time: each may take minutes, when its
	// client is slow.
	maxExports = 4
	// maxSkip is how many votes of one session a page may skip: they are read to be skipped.
	// Sessions are skipped without reading.
	maxSkip = 1_000_000
	// maxSearch is in how many votes a name is searched, at most: names are in no index, so all
	// of them are read, a million in less than a second.
	maxSearch = 4_000_000
)

// Options of a Reader. The limits of 0 are their defaults.
type Options struct {
	Env        ledger.Env
	Caller     *ledger.Caller
	Sessions   *sessions.Service
	Projection *projection.Service
	// MaxSkip is how many votes of one session a page may skip. Default 1,000,000.
	MaxSkip int64
	// MaxSearch is in how many votes a name is searched. Default 4,000,000.
	MaxSearch int64
}

// Reader reads the votes of the past. Its methods may be called from any goroutine; the errors
// are *protocol.Error.
type Reader struct {
	options Options
	scans   admission.Semaphore
	exports admission.Semaphore
}

// New makes a Reader.
func New(o Options) *Reader {
	o.MaxSkip, o.MaxSearch = cmp.Or(o.MaxSkip, maxSkip), cmp.Or(o.MaxSearch, maxSearch)
	return &Reader{options: o, scans: admission.NewSemaphore(maxScans), exports: admission.NewSemaphore(maxExports)}
}
