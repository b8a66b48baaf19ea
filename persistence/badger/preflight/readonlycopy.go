package preflight

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	badgerdb "github.com/dgraph-io/badger/v4"
)

// CopyForReading fills a folder in which Badger can read another folder without changing
// it: links to what Badger only reads, and copies of the logs up to where they end and of
// the rest. Badger reads its logs into memory and cuts them off where it has come to; its
// mode for reading refuses a folder whose logs it would have to cut, as a kill leaves
// them.
func CopyForReading(to, from string, logs []logEnd) error {
	from, err := filepath.Abs(from)
	if err != nil {
		return err
	}
	if err := linkFiles(to, from); err != nil {
		return err
	}
	for _, name := range []string{badgerdb.ManifestFilename, badgerdb.KeyRegistryFileName} {
		err := copyFile(filepath.Join(to, name), filepath.Join(from, name), wholeFile)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for _, log := range logs {
		if log.end <= logHeaderSize {
			continue // nothing in it
		}
		if err := copyFile(filepath.Join(to, log.name), filepath.Join(from, log.name), log.end); err != nil {
			return err
		}
	}
	return nil
}

// linkFiles links tables, and value logs, which are empty except for a header that must
// fit.
func linkFiles(to, from string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); ext != ".sst" && ext != ".vlog" {
			continue
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		if info.Size() == 0 {
			continue // left by a kill; see RemoveEmptyLogs
		}
		if err := os.Symlink(filepath.Join(from, e.Name()), filepath.Join(to, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(to, from string, length int64) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, io.LimitReader(in, length))
	return errors.Join(err, out.Close())
}

const wholeFile = 1<<63 - 1
