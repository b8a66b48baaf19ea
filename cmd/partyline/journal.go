package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/rs/zerolog"

	"partyline/actors/codec"
	"partyline/persistence/badger"
)

// journalOptions are those of the journal in a data folder, for all who open it: what
// this program knows, and its name for programs that know less.
func journalOptions(data string) badger.Options {
	return badger.Options{
		Dir:    filepath.Join(data, journalFolder),
		Schema: codec.Schema,
		Writer: "Partyline " + version(),
		Log:    zerolog.Nop(),
	}
}

// newerError is what to do about a folder or a backup of a newer version; nil when err
// is something else. Another try with this program is of no use.
func newerError(what string, err error) error {
	newer, ok := errors.AsType[*badger.NewerError](err)
	if !ok {
		return nil
	}
	return &configError{fmt.Errorf("%s was %w: use a newer Partyline, or restore a backup that was made before the upgrade", what, newer)}
}
