package preflight

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	badgerdb "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/table"
	"github.com/dgraph-io/badger/v4/y"

	"partyline/persistence"
	"partyline/persistence/badger/layout"
)

// CheckTables reads every table that the database consists of and verifies its checksums,
// before Badger opens it: Badger itself leaves out a table whose checksum does not fit and
// goes on without what it held, or crashes where it cannot be unpacked. Tables that the
// manifest does not name were left by a kill. It returns the position of the last record
// in the tables.
func CheckTables(dir string, o badgerdb.Options) (head persistence.Position, err error) {
	f, err := os.Open(filepath.Join(dir, badgerdb.ManifestFilename))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer f.Close()
	manifest, _, err := badgerdb.ReplayManifestFile(f, o.ExternalMagicVersion, o)
	if err != nil {
		return 0, fmt.Errorf("%w: manifest: %w", persistence.ErrCorrupt, err)
	}
	for id, t := range manifest.Tables {
		topt := table.Options{BlockSize: o.BlockSize, Compression: t.Compression}
		name := table.NewFilename(id, dir)
		last, err := checkTable(name, id, topt)
		if _, newer := errors.AsType[*layout.NewerError](err); newer {
			return 0, err
		}
		if err != nil {
			return 0, fmt.Errorf("%w: table %s: %w", persistence.ErrCorrupt, filepath.Base(name), err)
		}
		head = max(head, last)
	}
	return head, nil
}

func checkTable(name string, id uint64, o table.Options) (last persistence.Position, err error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return 0, err
	}
	return verifyTable(data, id, o)
}

// verifyTable verifies one table and turns a panic of Badger's reader into an error.
func verifyTable(data []byte, id uint64, o table.Options) (last persistence.Position, err error) {
	if err := checkFooter(data); err != nil {
		return 0, err
	}
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("it cannot be unpacked")
		}
	}()
	t, err := table.OpenInMemoryTable(data, id, &o)
	if err != nil {
		return 0, err
	}
	if err := t.VerifyChecksum(); err != nil {
		return 0, err
	}
	return lastPosition(t)
}

// lastPosition is the position of the last record that a table's index entries name, 0
// without any.
func lastPosition(t *table.Table) (persistence.Position, error) {
	it := t.NewIterator(table.REVERSED | table.NOCACHE)
	defer it.Close()
	it.Seek(y.KeyWithTs(layout.AppendIndexKey(nil, layout.MaxPosition), 0))
	if !it.Valid() || !bytes.HasPrefix(it.Key(), []byte(layout.IndexPrefix)) {
		return 0, nil
	}
	c, err := layout.ParseCommit(y.ParseKey(it.Key()), it.Value().Value, nil)
	if err != nil {
		return 0, err
	}
	return c.End(), nil
}

// checkFooter compares the lengths at the end of a table with its size: Badger's reader
// ends the process where they lead outside. The index and its length come before a
// checksum and its length, lengths being 4 bytes.
func checkFooter(data []byte) error {
	end := len(data)
	for range 2 {
		if end -= 4; end < 0 {
			return errors.New("it is cut off")
		}
		length := int(binary.BigEndian.Uint32(data[end:]))
		if end -= length; length == 0 || end < 0 {
			return errors.New("its footer is damaged")
		}
	}
	return nil
}
