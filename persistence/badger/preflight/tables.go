package preflight

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

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
	return checkAll(dir, manifest.Tables, o.BlockSize)
}

// checkWorkers is how many tables are checked at once. Each holds a table in memory, some
// 8 MiB; more workers than these would wait for the same disk.
const checkWorkers = 4

// checkAll checks tables, several at once. Of several errors it returns that of the oldest
// table, but first of all that a newer version has written one.
func checkAll(dir string, tables map[uint64]badgerdb.TableManifest, blockSize int) (head persistence.Position, err error) {
	ids := slices.Sorted(maps.Keys(tables))
	found := make([]checkedTable, len(ids))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(checkWorkers, runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			var c tableChecker
			for i := next.Add(1) - 1; int(i) < len(ids); i = next.Add(1) - 1 {
				found[i] = c.check(dir, ids[i], table.Options{BlockSize: blockSize, Compression: tables[ids[i]].Compression})
			}
		})
	}
	workers.Wait()
	for _, f := range found {
		if _, newer := errors.AsType[*layout.NewerError](f.err); newer {
			return 0, f.err
		}
		if err == nil {
			err = f.err
		}
		head = max(head, f.last)
	}
	return head, err
}

// checkedTable is the position of the last record that a table names, or what is wrong with
// the table.
type checkedTable struct {
	last persistence.Position
	err  error
}

// tableChecker checks one table after the other, in the same buffer: reading each into memory
// of its own would take as long as verifying it.
type tableChecker struct{ buf []byte }

func (c *tableChecker) check(dir string, id uint64, o table.Options) checkedTable {
	name := table.NewFilename(id, dir)
	data, err := c.read(name)
	var last persistence.Position
	if err == nil {
		last, err = verifyTable(data, id, o)
	}
	if _, newer := errors.AsType[*layout.NewerError](err); err != nil && !newer {
		err = fmt.Errorf("%w: table %s: %w", persistence.ErrCorrupt, filepath.Base(name), err)
	}
	return checkedTable{last, err}
}

// read reads a whole file. The data is valid until the next call.
func (c *tableChecker) read(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if n := int(info.Size()); n > cap(c.buf) {
		c.buf = make([]byte, n)
	}
	data := c.buf[:info.Size()]
	_, err = io.ReadFull(f, data)
	return data, err
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
