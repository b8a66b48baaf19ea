package verify

import (
	"fmt"
	"strings"

	"partyline/persistence"
	"partyline/persistence/badger/database"
	"partyline/persistence/badger/layout"
)

// verifySnapshots reads every snapshot whole. One that is ahead of its stream means that
// the stream lost its end.
func (v *verifier) verifySnapshots() error {
	it := database.NewIterator(v.txn, []byte(layout.ManifestPrefix), false)
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		if err := v.Proceed(); err != nil {
			return err
		}
		v.summary.Snapshots++
		stream := strings.TrimPrefix(string(it.Item().Key()), layout.ManifestPrefix)
		m, found, err := database.ReadManifest(v.txn, stream)
		if err == nil && !found {
			err = fmt.Errorf("%w: it cannot be found by its key", persistence.ErrCorrupt)
		}
		if err == nil {
			_, err = database.ReadSnapshot(v.txn, stream, m, v.Proceed)
		}
		if err != nil {
			v.fault(Fault{Stream: stream, Seq: m.Seq, Reason: fmt.Sprintf("snapshot: %v", err)})
			continue
		}
		v.verifyNotAhead(stream, m.Seq)
	}
	return nil
}

// verifyNotAhead reports a snapshot that is ahead of its stream. It leaves out snapshots
// of projections: they have no stream, and count positions.
func (v *verifier) verifyNotAhead(stream string, seq persistence.Seq) {
	last, err := database.LastSeq(v.txn, stream)
	if err == nil && last > 0 && seq > last {
		v.fault(Fault{Stream: stream, Seq: last + 1, Reason: fmt.Sprintf("the snapshot holds record %d, the stream ends at %d", seq, last)})
	}
}

func (v *verifier) loadTrimMarks() error {
	return database.EachTrimMark(v.txn, func(stream string, through persistence.Seq, err error) error {
		if err != nil {
			v.fault(Fault{Stream: stream, Reason: fmt.Sprintf("trim mark: %v", err)})
			return v.Proceed()
		}
		v.summary.Trimmed++
		v.trimmed[stream] = through
		return v.Proceed()
	})
}

func (v *verifier) verifyMemos() error {
	it := database.NewIterator(v.txn, []byte(layout.MemoPrefix), false)
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		if err := v.Proceed(); err != nil {
			return err
		}
		v.summary.Memos++
		err := it.Item().Value(func(value []byte) error {
			_, _, err := layout.ParseMemo(it.Item().Key(), value)
			return err
		})
		if err != nil {
			v.fault(Fault{Reason: fmt.Sprintf("memo: %v", err)})
		}
	}
	return nil
}

// verifyTableValues reads every value of every table. What the values mean is known to the tables'
// owners, who verify it themselves.
func (v *verifier) verifyTableValues() error {
	it := database.NewIterator(v.txn, []byte(layout.TablePrefix), false)
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		if err := v.Proceed(); err != nil {
			return err
		}
		v.summary.TableEntries++
		err := it.Item().Value(func(value []byte) error {
			_, err := layout.ParseTableValue(it.Item().Key(), value)
			return err
		})
		if err != nil {
			v.fault(Fault{Reason: fmt.Sprintf("table: %v", err)})
		}
	}
	return nil
}
