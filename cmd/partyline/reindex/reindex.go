package reindex

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"partyline/actors"
	"partyline/persistence"
	"partyline/persistence/badger"
)

// Verify compares the index with the records of a folder, which are sound, and prints each fault.
// It changes nothing. The error is persistence.ErrCorrupt when the index does not fit.
func Verify(ctx context.Context, o badger.Options, folder string, out io.Writer) error {
	j, err := badger.OpenReadOnly(o)
	if err != nil {
		return err
	}
	sum, err := actors.VerifyVotes(ctx, j, func(fault string) { fmt.Fprintf(out, "fault: vote history, %s\n", fault) })
	err = errors.Join(err, j.Close())
	switch {
	case errors.Is(err, actors.ErrNoVoteIndex):
		fmt.Fprintln(out, "vote history: no index, the next start builds one")
		return nil
	case err != nil && !errors.Is(err, persistence.ErrCorrupt):
		return err
	case err != nil || sum.Faults > 0:
		return fmt.Errorf("the index of the vote history of %s does not fit its records; no vote is lost: run partyline reindex, and the next start builds it again: %w", folder, cmp.Or(err, persistence.ErrCorrupt))
	}
	fmt.Fprintf(out, "vote history: %d votes in %d sessions, %d of them compared with their records: 0 faults\n", sum.Votes, sum.Sessions, sum.Compared)
	return nil
}

// Drop removes the index, and leaves everything else in the folder as it is.
func Drop(ctx context.Context, o badger.Options, folder string, out io.Writer) error {
	j, err := badger.Open(o)
	if err != nil {
		return err
	}
	if err := errors.Join(actors.DropVoteIndex(ctx, j), j.Close()); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: the index of the vote history is gone, the next start builds it from the records\n", folder)
	return nil
}
