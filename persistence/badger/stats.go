package badger

import (
	"context"
	"errors"
	"fmt"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence/badger/stats"
)

// Stats opens the journal of a folder that nobody writes to, without writing to it, and
// calls visit with every entry that it holds; see OpenReadOnly. The work grows with the
// bytes of the folder, the memory does not.
func Stats(ctx context.Context, o Options, visit func(*StatsEntry)) (stats.Summary, error) {
	j, err := OpenReadOnly(o)
	if err != nil {
		return stats.Summary{}, err
	}
	var s stats.Summary
	err = j.db.view(ctx, func(txn *badgerdb.Txn) (err error) {
		s, err = stats.Run(txn, visit, func() error { return j.db.checkOpen(ctx) })
		return err
	})
	if err != nil {
		err = fmt.Errorf("measure %s: %w", o.Dir, err)
	}
	return s, errors.Join(err, j.Close())
}
