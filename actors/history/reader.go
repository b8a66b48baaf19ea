package history

import (
	"partyline/actors/admission"
	"partyline/actors/ledger"
	"partyline/actors/projection"
	"partyline/actors/sessions"
)

// maxExports is how many sessions are exported at one time: each may take minutes, when its
// client is slow.
const maxExports = 4

// Options of a Reader. All are needed.
type Options struct {
	Env        ledger.Env
	Caller     *ledger.Caller
	Sessions   *sessions.Service
	Projection *projection.Service
}

// Reader reads the votes of the past. Its methods may be called from any goroutine; the errors
// are *protocol.Error.
type Reader struct {
	options Options
	exports admission.Semaphore
}

// New makes a Reader.
func New(o Options) *Reader { return &Reader{options: o, exports: admission.NewSemaphore(maxExports)} }
