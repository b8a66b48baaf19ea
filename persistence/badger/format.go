package badger

import (
	"context"
	"errors"
	"fmt"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/database"
	"partyline/persistence/badger/layout"
)

// checkFormat initializes a new database. It refuses one that another program wrote, or a
// later version.
func checkFormat(db *database.DB, o *Options) error {
	var f layout.FolderFormat
	signed := false
	err := db.View(func(txn *badgerdb.Txn) (err error) {
		f, signed, err = database.ReadFolderFormat(txn)
		return err
	})
	switch {
	case err != nil:
		return err
	case !signed:
		return initialize(db, o)
	}
	return f.CheckReadable(o.Schema)
}

// initialize marks a new database as Partyline's, and gives it its epoch.
func initialize(db *database.DB, o *Options) error {
	return db.Update(context.Background(), func(txn *database.WriteTxn) error {
		it := database.NewIterator(txn.Txn, nil, false)
		defer it.Close()
		if it.Rewind(); it.Valid() {
			return fmt.Errorf("%w: the folder holds a database without Partyline's mark", persistence.ErrCorrupt)
		}
		f, _ := (&layout.FolderFormat{Schema: layout.FirstSchema}).Upgraded(o.Schema, o.Writer)
		if err := database.WriteFolderFormat(txn, f); err != nil {
			return err
		}
		return database.WriteEpochs(txn, layout.Epochs{Current: persistence.NewEpoch()})
	})
}

// upgrade makes the folder say what this program writes to it, before it writes
// anything: its format, its schema, and its epoch where a version without epochs has
// made it. What that version issued goes on to hold. All of it is one transaction. It
// returns the folder's epochs; head is the position of the last record.
func upgrade(db *database.DB, o *Options, head persistence.Position) (epochs layout.Epochs, err error) {
	var f layout.FolderFormat
	found := false
	err = db.View(func(txn *badgerdb.Txn) (err error) {
		f, epochs, found, err = readFormatAndEpochs(txn)
		return err
	})
	if err != nil {
		return epochs, err
	}
	next, raised := f.Upgraded(o.Schema, o.Writer)
	if found && !raised {
		return epochs, nil
	}
	if !found {
		epochs.Current = persistence.NewEpoch()
		epochs.Current.Adopted, epochs.Current.AdoptedAt = true, head
	}
	err = db.Update(context.Background(), func(txn *database.WriteTxn) error {
		return errors.Join(database.WriteFolderFormat(txn, next), database.WriteEpochs(txn, epochs))
	})
	if err != nil {
		return epochs, errors.Join(persistence.ErrUnavailable, err)
	}
	o.Log.Info().Uint8("format", f.Format).Int("schema", f.Schema).Int("to", next.Schema).Str("epoch", epochs.Current.ID).
		Msg("folder upgraded: versions before this one do not open it any more")
	return epochs, nil
}

// loadEpochs reads the epochs of a folder that is open for reading only. One of a version
// without epochs has none.
func loadEpochs(db *database.DB) (epochs layout.Epochs, err error) {
	err = db.View(func(txn *badgerdb.Txn) (err error) {
		_, epochs, _, err = readFormatAndEpochs(txn)
		return err
	})
	return epochs, err
}

// readFormatAndEpochs reads what the folder says about itself. Only a folder of the first
// format may have no epochs: found is false.
func readFormatAndEpochs(txn *badgerdb.Txn) (f layout.FolderFormat, epochs layout.Epochs, found bool, err error) {
	if f, _, err = database.ReadFolderFormat(txn); err != nil {
		return f, epochs, false, err
	}
	epochs, found, err = database.ReadEpochs(txn)
	if err == nil && !found && f.Format >= layout.CurrentFormat {
		err = fmt.Errorf("%w: the epoch is missing", persistence.ErrCorrupt)
	}
	return f, epochs, found, err
}
