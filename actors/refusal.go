package actors

import (
	"context"
	"errors"

	"partyline/persistence"
	"partyline/protocol"
)

// The errors that the hub itself gives, whatever was asked.

func errStorage() *protocol.Error {
	return protocol.Errorf(protocol.CodeStorage, "Storage is failing; the outcome is unknown, send it again with the same Idempotency-Key")
}

// illnesses are what an operator is told of a journal that takes no appends, without a
// path or a number: anybody may ask whether the hub is ready.
var illnesses = []struct {
	reason error
	words  string
}{
	{persistence.ErrFull, "The disk is full up to the reserve"},
	{persistence.ErrNoFile, "No file can be made in the data folder: file descriptors, inodes or rights are missing"},
	{persistence.ErrStalled, "The disk does not answer"},
	{persistence.ErrLatched, "The disk did not take a write: the hub has to be started again"},
}

// illnessOf tells why the journal takes no appends.
func illnessOf(err error) *protocol.Error {
	for _, i := range illnesses {
		if errors.Is(err, i.reason) {
			return protocol.Errorf(protocol.CodeStorage, "%s", i.words)
		}
	}
	return refusalOf(err)
}

// errStalled is for what was not tried.
func errStalled() *protocol.Error {
	return protocol.Errorf(protocol.CodeStorage, "Storage does not answer; nothing was done, try again in a moment")
}

// asRead says of a refusal what it means for who only reads.
func asRead(err *protocol.Error) *protocol.Error {
	switch {
	case err == nil:
		return nil
	case err.Code == protocol.CodeTimeout:
		return protocol.ReadTimedOut()
	case err.Code == protocol.CodeStorage:
		return protocol.Errorf(protocol.CodeStorage, "Storage is failing, ask again later")
	}
	return err
}

func errCorrupt() *protocol.Error {
	return protocol.Errorf(protocol.CodeCorrupt, "What is stored of this is damaged and is not served; `partyline verify` names the place")
}

func errVersion(e *versionError) *protocol.Error {
	return protocol.Errorf(protocol.CodeInternal, "This was stored by another version of Partyline: %v", e)
}

// refusalOf turns an error of the journal into what a client is told.
func refusalOf(err error) *protocol.Error {
	var known *protocol.Error
	var version *versionError
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &version):
		return errVersion(version)
	case errors.Is(err, persistence.ErrCorrupt):
		return errCorrupt()
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return protocol.TimedOut()
	}
	return errStorage()
}
