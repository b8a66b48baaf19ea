package badger

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
)

// errReading refuses what would write to a folder that was opened to be read.
var errReading = errors.New("the folder is open for reading only")

// OpenToRead opens the journal of a folder to look at it: nothing in the folder is made,
// changed or removed, and it may be one that cannot be written. Others may read it at the
// same time. What would write is refused with ErrUnavailable.
//
// Badger reads what is in its logs into memory, and cuts the logs off where it has come to;
// its mode for reading refuses a folder whose logs it would have to cut, as a kill leaves
// them. So Badger is given a folder of its own, below that for temporary files: the
// tables are links, the logs are copies up to where Badger would cut them, some MiB at
// most. Close removes it.
//
// It fails as Open does, and where there is no journal in the folder. On systems on which
// Badger cannot read only it is Open.
func OpenToRead(o Options) (*Journal, error) {
	if !canRead {
		return Open(o)
	}
	o = o.withDefaults()
	j, err := openToRead(o)
	if err != nil {
		return nil, fmt.Errorf("open journal %s: %w", o.Dir, err)
	}
	return j, nil
}

func openToRead(o Options) (*Journal, error) {
	lock, err := lockFolder(o.Dir, false)
	if err != nil {
		return nil, err
	}
	copied, err := os.MkdirTemp("", "partyline-reading-*")
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	db, err := openCopy(o, copied)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(copied), lock.Close())
	}
	db.lock, db.copied = lock, copied
	j, err := newJournal(o, db)
	if err != nil {
		return nil, errors.Join(err, db.close())
	}
	if err := errors.Join(j.reached(), j.readEpochs()); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return j, nil
}

// openCopy checks the folder as Open does, and opens a copy of it.
func openCopy(o Options, copied string) (*database, error) {
	mark, err := readWatermark(o.Dir)
	if err != nil {
		return nil, err
	}
	dbo := databaseOptions(o).WithDir(copied).WithValueDir(copied).WithReadOnly(true)
	head, err := checkTables(o.Dir, dbo)
	if err != nil {
		return nil, err
	}
	logs, err := checkLogs(o.Dir, head, mark.at, false)
	if err != nil {
		return nil, err
	}
	if err := copyFolder(copied, o.Dir, logs); err != nil {
		return nil, err
	}
	raw, err := badgerdb.OpenManaged(dbo)
	if err != nil {
		return nil, orCorrupt(err)
	}
	db := newDatabaseToRead(raw, mark)
	f, err := folderOf(db)
	if err == nil {
		err = f.known(&o)
	}
	if err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	return db, nil
}

// folderOf reads the format key, which must be there.
func folderOf(db *database) (f folder, err error) {
	err = look(db, func(txn *badgerdb.Txn) error {
		found := false
		if f, found, err = readFolder(txn); err == nil && !found {
			err = fmt.Errorf("%w: the folder holds no journal", persistence.ErrCorrupt)
		}
		return err
	})
	return f, err
}

// copyFolder makes what Badger needs to read: links to what it only reads, and copies of
// the rest.
func copyFolder(to, from string, logs []logEnd) error {
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
		if log.end <= walHeader {
			continue // there is nothing in it
		}
		if err := copyFile(filepath.Join(to, log.name), filepath.Join(from, log.name), log.end); err != nil {
			return err
		}
	}
	return nil
}

// linkFiles links tables, and value logs, which are empty but for a head that must fit.
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
			continue // left by a kill; see removeRemains
		}
		if err := os.Symlink(filepath.Join(from, e.Name()), filepath.Join(to, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

const wholeFile = 1<<63 - 1

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
