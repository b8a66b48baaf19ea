package retention

import (
	"bufio"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"time"

	"partyline/protocol"
)

const (
	// votesPerPause and exportPause bound how fast votes are exported, at 20,000 a second: some
	// hundredths of a core.
	votesPerPause = 1000
	exportPause   = 50 * time.Millisecond
)

// exportSession writes the session as sessions.export gives it in JSON into a file of the
// folder for exports, and returns how many votes it counts. The file has its name only when it
// is complete, checked and on disk; one that a kill has left is replaced. The epoch is part of
// the name, because a restored folder gives the numbers of sessions again.
func (f *folder) exportSession(id protocol.SessionID) (votes int64, err error) {
	e, err := f.History.SessionExport(f.ctx, id)
	if err != nil {
		return 0, err
	}
	if err := os.MkdirAll(f.ExportTo, 0o700); err != nil {
		return 0, err
	}
	path := filepath.Join(f.ExportTo, fmt.Sprintf("partyline-session-%d-%s.json", id, e.Epoch))
	unfinished := path + ".unfinished"
	if err := f.writeExport(unfinished, e); err != nil {
		return 0, errors.Join(err, removeFile(unfinished))
	}
	if err := f.checkExport(unfinished, e); err != nil {
		return 0, errors.Join(err, removeFile(unfinished))
	}
	if err := os.Rename(unfinished, path); err != nil {
		return 0, err
	}
	for _, g := range e.Totals {
		votes += g.TotalVotes
	}
	return votes, syncFolder(f.ExportTo)
}

func removeFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// writeExport writes the export and syncs it.
func (f *folder) writeExport(path string, e *protocol.SessionExport) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(file)
	err = protocol.WriteExport(w, e, f.paced(e))
	if err == nil {
		err = w.Flush()
	}
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// paced are the votes of the export, with pauses in between.
func (f *folder) paced(e *protocol.SessionExport) iter.Seq2[protocol.ExportedVote, error] {
	return func(yield func(protocol.ExportedVote, error) bool) {
		n := 0
		for v, err := range f.History.ExportVotes(f.ctx, e) {
			if n++; err == nil && n%votesPerPause == 0 {
				err = f.pause(exportPause)
			}
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}
