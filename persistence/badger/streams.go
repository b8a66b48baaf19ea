package badger

import (
	"context"
	"errors"
	"fmt"
	"iter"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence/badger/database"
)

// Streams yields the names of all streams with the prefix, ascending, also of those
// whose records are all trimmed. It steps from stream to stream, not from chunk to
// chunk.
func (j *Journal) Streams(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		err := j.db.view(ctx, func(txn *badgerdb.Txn) error {
			steps := 0
			return database.EachStream(txn, prefix, func(stream string) error {
				if steps++; steps%database.ReleaseSteps == 0 {
					j.db.raw.ReleasePages()
				}
				if err := j.db.checkOpen(ctx); err != nil {
					return err
				}
				defer database.MarkCallerPanic()
				if !yield(stream, nil) {
					return errStop
				}
				return nil
			})
		})
		if err != nil && !errors.Is(err, errStop) {
			yield("", fmt.Errorf("streams %q: %w", prefix, err))
		}
	}
}
