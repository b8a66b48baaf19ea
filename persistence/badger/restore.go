package badger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"partyline/persistence/badger/backup"
	"partyline/persistence/badger/database"
)

// ErrNotEmpty: the folder to restore into is not empty.
var ErrNotEmpty = errors.New("the folder is not empty")

// Restore makes the folder o.Dir from a backup. The folder must be missing or empty
// (ErrNotEmpty), and must not be the root of a mounted disk: it is made beside its place,
// verified, and put there by renaming when it is whole. After an error nothing is left.
// The folder's epoch is a new one, never that of the backup. A backup that is cut off or
// damaged is ErrBackup, one that holds faults ErrCorrupt, one that a newer version has
// made *NewerError.
func Restore(ctx context.Context, o Options, r io.Reader) error {
	o = o.withDefaults()
	if err := restore(ctx, o, r); err != nil {
		return fmt.Errorf("restore %s: %w", o.Dir, err)
	}
	return nil
}

func restore(ctx context.Context, o Options, r io.Reader) (err error) {
	target, err := filepath.Abs(o.Dir)
	if err != nil {
		return err
	}
	if err := reserveTarget(target); err != nil {
		return err
	}
	building, err := os.MkdirTemp(filepath.Dir(target), "."+filepath.Base(target)+".restoring-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(building))
		}
	}()
	o.Dir = building
	if err := backup.Load(ctx, o.load(), r); err != nil {
		return err
	}
	if _, err := Verify(ctx, o, nil); err != nil {
		return err
	}
	if err := syncTree(building); err != nil {
		return err
	}
	return replaceTarget(building, target)
}

// reserveTarget makes sure that a folder can be put in the place at the end: better to
// fail before the work than after it.
func reserveTarget(target string) error {
	entries, err := os.ReadDir(target)
	if errors.Is(err, fs.ErrNotExist) {
		return os.MkdirAll(filepath.Dir(target), 0o700)
	}
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		return ErrNotEmpty
	}
	if err := os.Remove(target); err != nil {
		return fmt.Errorf("the folder cannot be replaced; if a disk is mounted there, restore into a folder on it: %w", err)
	}
	return os.Mkdir(target, 0o700)
}

// replaceTarget replaces the empty folder, if there is one. It fails when the folder is no
// longer empty.
func replaceTarget(building, target string) error {
	if err := os.Remove(target); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(building, target); err != nil {
		return err
	}
	return syncPath(filepath.Dir(target))
}

func syncTree(dir string) error {
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return syncPath(path)
	})
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func (o *Options) load() backup.Options {
	return backup.Options{
		Dir: o.Dir, Schema: o.Schema, Writer: o.Writer, Quiet: o.Quiet,
		DiskSpace: database.NewDiskSpace(o.Dir, o.ReserveBytes, o.Free), Log: o.Log,
	}
}
