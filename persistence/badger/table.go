package badger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	badgerdb "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/table"

	"partyline/persistence"
)

// checkTables reads every table that the database consists of and verifies its
// checksums, before Badger opens it: Badger itself leaves out a table whose checksum
// does not fit and goes on without what it held, or crashes where it cannot be
// unpacked. Tables that the manifest does not name are remains of a kill.
func checkTables(dir string, o badgerdb.Options) error {
	f, err := os.Open(filepath.Join(dir, badgerdb.ManifestFilename))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	manifest, _, err := badgerdb.ReplayManifestFile(f, o.ExternalMagicVersion, o)
	if err != nil {
		return fmt.Errorf("%w: manifest: %w", persistence.ErrCorrupt, err)
	}
	for id, t := range manifest.Tables {
		topt := table.Options{BlockSize: o.BlockSize, Compression: t.Compression}
		name := table.NewFilename(id, dir)
		if err := checkTable(name, id, topt); err != nil {
			return fmt.Errorf("%w: table %s: %w", persistence.ErrCorrupt, filepath.Base(name), err)
		}
	}
	return nil
}

// checkTable turns into an error what Badger's reader does when it meets nonsense.
func checkTable(name string, id uint64, o table.Options) (err error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if err := checkFooter(data); err != nil {
		return err
	}
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("it cannot be unpacked")
		}
	}()
	t, err := table.OpenInMemoryTable(data, id, &o)
	if err != nil {
		return err
	}
	return t.VerifyChecksum()
}

// checkFooter holds the lengths at the end of a table against its size: Badger's
// reader ends the process where they lead outside. The index and its length come
// before a checksum and its length, lengths being 4 bytes.
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
