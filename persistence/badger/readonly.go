package badger

import (
	"errors"
	"fmt"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/database"
	"partyline/persistence/badger/layout"
	"partyline/persistence/badger/preflight"
)

// OpenReadOnly opens the journal of a folder for reading: nothing in the folder is made,
// changed or removed, and the folder may be one that cannot be written. Others may read it
// at the same time. Writes are refused with ErrUnavailable.
//
// Badger opens a copy of the folder, below that for temporary files: the tables are links,
// the logs are copies, some MiB at most. Close removes it; see preflight.CopyForReading.
//
// It fails as Open does, and where there is no journal in the folder. On systems on which
// Badger cannot open a folder for reading only it is Open.
func OpenReadOnly(o Options) (*Journal, error) {
	if !preflight.CanOpenReadOnly {
		return Open(o)
	}
	o = o.withDefaults()
	j, err := openReadOnly(o)
	if err != nil {
		return nil, fmt.Errorf("open journal %s: %w", o.Dir, err)
	}
	return j, nil
}

func openReadOnly(o Options) (*Journal, error) {
	db, err := database.OpenReadOnly(o.database())
	if err != nil {
		return nil, err
	}
	f, err := requireFolderFormat(db)
	if err == nil {
		err = f.CheckReadable(o.Schema)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	j, err := newJournal(o, db)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err = checkWatermark(j.Head(), db.WatermarkAtOpen()); err == nil {
		j.epochs, err = loadEpochs(db)
	}
	if err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return j, nil
}

// requireFolderFormat reads the format key, which must be there.
func requireFolderFormat(db *database.DB) (f layout.FolderFormat, err error) {
	err = db.View(func(txn *badgerdb.Txn) error {
		found := false
		if f, found, err = database.ReadFolderFormat(txn); err == nil && !found {
			err = fmt.Errorf("%w: the folder holds no journal", persistence.ErrCorrupt)
		}
		return err
	})
	return f, err
}
