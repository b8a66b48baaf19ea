package preflight

import (
	"errors"
)

// ErrLocked: another process has the folder open.
var ErrLocked = errors.New("another Partyline is using this folder")
