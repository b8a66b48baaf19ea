package badger

import (
	"context"
	"fmt"
	"io"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence/badger/backup"
)

// Backup writes the whole journal as of now: records, memos and snapshots. Appends
// go on meanwhile. What was written to w is a backup only when the error is nil;
// Restore refuses anything less. It is ErrCorrupt when index and chunks do not add
// up: Verify says why.
//
// Badger's own backup is not used: it reads with several transactions that begin at
// different moments, and may hold half a gigabyte for a slow writer.
func (j *Journal) Backup(ctx context.Context, w io.Writer) error {
	head := j.Head()
	err := j.db.view(ctx, func(txn *badgerdb.Txn) error {
		return backup.Write(txn, w, head, func() error { return j.db.checkOpen(ctx) })
	})
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}
