package badger

import (
	"context"
	"errors"
	"fmt"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence/badger/verify"
)

// Verify opens the journal of a folder that nobody writes to and verifies it without
// writing to it; see OpenReadOnly and Journal.Verify. It fails with ErrCorrupt before that
// when Badger cannot read a table.
func Verify(ctx context.Context, o Options, report func(verify.Fault)) (verify.Summary, error) {
	j, err := OpenReadOnly(o)
	if err != nil {
		return verify.Summary{}, err
	}
	s, err := j.Verify(ctx, report)
	return s, errors.Join(err, j.Close())
}

// Verify verifies the whole journal as of now: the epoch, the global order, every stream,
// every snapshot and memo. It checks all checksums, looks for gaps and for times that go
// back, and compares index and chunks both ways. What is missing up to a stream's trim mark
// is no fault. Each fault is reported (report may be nil) and the verification goes on; at
// the end the error is ErrCorrupt when there were any. Appends go on meanwhile.
func (j *Journal) Verify(ctx context.Context, report func(verify.Fault)) (s verify.Summary, err error) {
	o := verify.Options{
		Head: j.Head(), Epoch: j.Epoch(), Report: report,
		Proceed: func() error { return j.db.checkOpen(ctx) },
	}
	err = j.db.view(ctx, func(txn *badgerdb.Txn) (err error) {
		s, err = verify.Run(j.db.raw, txn, o)
		return err
	})
	if err != nil {
		return s, fmt.Errorf("verify %s: %w", j.dir, err)
	}
	return s, nil
}
