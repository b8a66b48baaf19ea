package badger

import (
	"context"
	"errors"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/database"
)

// guardedDB is the database as the callers of a journal use it, beside the committer:
// reads and writes are refused once the journal closes, and writes while the disk is too
// full or has failed.
type guardedDB struct {
	raw       *database.DB
	usage     *usage
	diskSpace *database.DiskSpace
}

// view runs f in a read transaction. It is ErrClosed once the journal closes, which waits
// for f.
func (g *guardedDB) view(ctx context.Context, f func(*badgerdb.Txn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := g.usage.acquire(); err != nil {
		return err
	}
	defer g.usage.release()
	return g.raw.View(f)
}

// checkOpen is nil while a long read or write may go on: the context has not ended and the
// journal is not closing.
func (g *guardedDB) checkOpen(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return g.usage.check()
}

// update is one small transaction, under the same conditions as a commit of the
// committer. It must be called between usage.acquire and usage.release. A series of them
// ends here when the journal closes.
func (g *guardedDB) update(ctx context.Context, f func(*database.WriteTxn) error) error {
	if err := g.checkOpen(ctx); err != nil {
		return err
	}
	if err := g.raw.Ready(); err != nil {
		return err
	}
	if err := g.diskSpace.Check(); err != nil {
		return err
	}
	if err := g.raw.Update(ctx, f); err != nil {
		return errors.Join(persistence.ErrUnavailable, err)
	}
	return nil
}
