package backup

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"partyline/persistence"
	"partyline/persistence/badger/database"
	"partyline/persistence/badger/layout"

	badgerdb "github.com/dgraph-io/badger/v4"
	"github.com/rs/zerolog"
)

// Options describe the folder that a backup is loaded into.
type Options struct {
	// Dir is the new, empty folder.
	Dir string
	// Schema and Writer are those of the program that will use the folder; see badger.Options.
	Schema int
	Writer string
	// Quiet is whether the loaded journal is quiet; see persistence.Epoch.
	Quiet bool
	// DiskSpace refuses to write below a reserve.
	DiskSpace *database.DiskSpace
	Log       zerolog.Logger
}

// Load fills a new database from a backup, and gives it an epoch of its own. Nothing is
// synced before the end. It fails with ErrBackup when the backup is cut off or damaged,
// and with *layout.NewerError when a newer version has made it.
func Load(ctx context.Context, o Options, r io.Reader) error {
	frames, err := newFrameReader(r)
	if err != nil {
		return err
	}
	db, err := database.OpenUnsynced(o.Dir, o.Log)
	if err != nil {
		return err
	}
	l := &loader{ctx: ctx, options: &o, in: bufio.NewReader(frames), batch: db.NewWriteBatch()}
	err = l.run()
	if err == nil {
		err = l.batch.Flush()
	}
	l.batch.Cancel()
	if err == nil {
		err = finishRestore(db, &o)
	}
	return errors.Join(err, db.Close())
}

// loader copies the entries of one backup.
type loader struct {
	ctx     context.Context
	options *Options
	in      *bufio.Reader
	batch   *badgerdb.WriteBatch
}

func (l *loader) run() error {
	for {
		if err := l.ctx.Err(); err != nil {
			return err
		}
		if err := l.options.DiskSpace.Check(); err != nil {
			return err
		}
		e, err := readEntry(l.in)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := l.checkReadable(e); err != nil {
			return err
		}
		if err := l.batch.SetEntry(e); err != nil {
			return err
		}
	}
}

// checkReadable refuses a backup that a newer version has made, before all of it is
// copied.
func (l *loader) checkReadable(e *badgerdb.Entry) error {
	if string(e.Key) != layout.FormatKey {
		return nil
	}
	f, err := layout.ParseFolderFormat(e.Value)
	if err != nil {
		return err
	}
	return f.CheckReadable(l.options.Schema)
}

// finishRestore marks a restored folder, which is not in use yet, as this program's, and
// gives it an epoch of its own. The epochs that the backup holds remain those of its
// records.
func finishRestore(db *badgerdb.DB, o *Options) error {
	return db.Update(func(txn *badgerdb.Txn) error {
		f, found, err := database.ReadFolderFormat(txn)
		if err == nil && !found {
			err = fmt.Errorf("%w: it does not say what it holds", ErrBackup)
		}
		if err != nil {
			return err
		}
		old, _, err := database.ReadEpochs(txn)
		if err != nil {
			return err
		}
		var head persistence.Position
		last, ok, err := database.LastCommit(txn)
		if err != nil {
			return err
		}
		if ok {
			head = last.End()
		}
		f, _ = f.Upgraded(o.Schema, o.Writer)
		return errors.Join(database.WriteFolderFormat(txn, f), database.WriteEpochs(txn, old.Restored(head, o.Quiet)))
	})
}
