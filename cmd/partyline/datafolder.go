package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/rs/zerolog"

	"partyline/actors/codec"
	"partyline/persistence/badger"
)

// journalOptions are the options of the journal in a data folder: the schema that this program
// knows, and its name for programs that know less.
func journalOptions(data string) badger.Options {
	return badger.Options{
		Dir:    filepath.Join(data, journalFolder),
		Schema: codec.Schema,
		Writer: "Partyline " + version(),
		Log:    zerolog.Nop(),
	}
}

// newerError explains a folder or a backup of a newer version; nil when err is something else.
// Retrying with this program is of no use.
func newerError(what string, err error) error {
	newer, ok := errors.AsType[*badger.NewerError](err)
	if !ok {
		return nil
	}
	return &configError{fmt.Errorf("%s was %w: use a newer Partyline, or restore a backup that was made before the upgrade", what, newer)}
}

// syncFolder makes the names in a folder survive a crash of the machine: a renamed file is
// only durable when its folder is synced, too.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // folders cannot be synced there; the file system keeps names by itself
	}
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}
