package badger

import (
	"context"
	"errors"
	"fmt"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
)

// upgrade makes the folder say what this program writes to it, before it writes
// anything: its format, its schema, and its epoch where a version without epochs has
// made it. What that version issued goes on to hold. All of it is one transaction.
func (j *Journal) upgrade(o *Options) error {
	var f folder
	found := false
	err := look(j.db, func(txn *badgerdb.Txn) (err error) {
		if f, _, err = readFolder(txn); err == nil {
			j.epochs, found, err = readEpochs(txn)
		}
		return err
	})
	if err != nil {
		return err
	}
	next, raised := f.raised(o)
	if found && !raised {
		return nil
	}
	if !found {
		if f.format >= folderFormat {
			return fmt.Errorf("%w: the epoch is missing", persistence.ErrCorrupt)
		}
		j.epochs.current = persistence.NewEpoch()
		j.epochs.current.Adopted, j.epochs.current.AdoptedAt = true, j.Head()
	}
	err = j.db.update(context.Background(), func(c *change) error {
		return errors.Join(setFolder(c, next), setEpochs(c, j.epochs))
	})
	if err != nil {
		return errors.Join(persistence.ErrUnavailable, err)
	}
	j.log.Info().Uint8("format", f.format).Int("schema", f.Schema).Int("to", next.Schema).Str("epoch", j.epochs.current.ID).
		Msg("folder raised: versions before this one do not open it any more")
	return nil
}

// readEpochs is for a folder that is only read. One of a version without epochs has none.
func (j *Journal) readEpochs() error {
	return look(j.db, func(txn *badgerdb.Txn) error {
		f, _, err := readFolder(txn)
		if err != nil {
			return err
		}
		found := false
		if j.epochs, found, err = readEpochs(txn); err == nil && !found && f.format >= folderFormat {
			err = fmt.Errorf("%w: the epoch is missing", persistence.ErrCorrupt)
		}
		return err
	})
}

// renew marks a restored folder, which nobody uses yet, as this program's, and gives it
// an epoch of its own. The epochs that the backup holds remain those of its records.
func renew(db *badgerdb.DB, o *Options) error {
	return db.Update(func(txn *badgerdb.Txn) error {
		f, found, err := readFolder(txn)
		if err == nil && !found {
			err = fmt.Errorf("%w: it does not say what it holds", ErrBackup)
		}
		if err != nil {
			return err
		}
		old, _, err := readEpochs(txn)
		if err != nil {
			return err
		}
		var head persistence.Position
		last, ok, err := lastCommit(txn)
		if err != nil {
			return err
		}
		if ok {
			head = last.end()
		}
		f, _ = f.raised(o)
		return errors.Join(setFolder(txn, f), setEpochs(txn, old.branch(head, o.Quiet)))
	})
}
