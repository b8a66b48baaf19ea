package ledger

import (
	"context"
	"errors"

	"partyline/persistence"
	"partyline/protocol"
)

// ErrStorage is the error for a command whose append failed.
func ErrStorage() *protocol.Error {
	return protocol.Errorf(protocol.CodeStorage, "Storage is failing; the outcome is unknown, send it again with the same Idempotency-Key")
}

// journalFaults are the reasons why a journal takes no appends, in words without a path or a
// number: anybody may ask whether the hub is ready.
var journalFaults = []struct {
	reason error
	words  string
}{
	{persistence.ErrFull, "The disk is full up to the reserve"},
	{persistence.ErrNoFile, "No file can be created in the data folder: file descriptors, inodes or permissions are missing"},
	{persistence.ErrStalled, "The disk does not answer"},
	{persistence.ErrWriteFailed, "A write to the disk failed: the server must be restarted"},
}

// HealthError turns the error of a journal that takes no appends into one that may be shown.
func HealthError(err error) *protocol.Error {
	for _, f := range journalFaults {
		if errors.Is(err, f.reason) {
			return protocol.Errorf(protocol.CodeStorage, "%s", f.words)
		}
	}
	return ToClient(err)
}

// ErrStalled is the error for a request that was not begun because the disk hangs.
func ErrStalled() *protocol.Error {
	return protocol.Errorf(protocol.CodeStorage, "Storage does not answer; nothing was done, try again in a moment")
}

// ReadError is the error for a query: it changes nothing, so no outcome is unknown.
func ReadError(err *protocol.Error) *protocol.Error {
	switch {
	case err == nil:
		return nil
	case err.Code == protocol.CodeTimeout:
		return protocol.ReadTimedOut()
	case err.Code == protocol.CodeStorage:
		return protocol.Errorf(protocol.CodeStorage, "Storage is failing, try again later")
	}
	return err
}

// ErrCorrupt is the error for a stream that is damaged.
func ErrCorrupt() *protocol.Error {
	return protocol.Errorf(protocol.CodeCorrupt, "The stored data is damaged and cannot be read; `partyline verify` reports where")
}

func errVersion(e *VersionError) *protocol.Error {
	return protocol.Errorf(protocol.CodeInternal, "This was stored by another version of Partyline: %v", e)
}

// ToClient turns an error of the journal into the error that a client gets.
func ToClient(err error) *protocol.Error {
	var known *protocol.Error
	var version *VersionError
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &version):
		return errVersion(version)
	case errors.Is(err, persistence.ErrCorrupt):
		return ErrCorrupt()
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return protocol.TimedOut()
	}
	return ErrStorage()
}
