package badger

import (
	"fmt"
	"strings"

	"partyline/persistence"
)

// snapshots reads every snapshot whole. One that is ahead of its stream means that
// the stream lost its end.
func (c *check) snapshots() error {
	it := newIterator(c.txn, []byte(manifestPrefix), false)
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		if err := c.proceed(); err != nil {
			return err
		}
		c.sum.Snapshots++
		stream := strings.TrimPrefix(string(it.Item().Key()), manifestPrefix)
		m, found, err := readManifest(c.txn, stream)
		if err == nil && !found {
			err = fmt.Errorf("%w: it cannot be found by its key", persistence.ErrCorrupt)
		}
		if err == nil {
			_, err = c.journal.readParts(c.ctx, c.txn, stream, m)
		}
		if err != nil {
			c.fault(Fault{Stream: stream, Seq: m.seq, Reason: fmt.Sprintf("snapshot: %v", err)})
			continue
		}
		c.ahead(stream, m.seq)
	}
	return nil
}

// ahead leaves out snapshots of projections: they have no stream, and count positions.
func (c *check) ahead(stream string, seq persistence.Seq) {
	last, err := lastSeq(c.txn, stream)
	if err == nil && last > 0 && seq > last {
		c.fault(Fault{Stream: stream, Seq: last + 1, Reason: fmt.Sprintf("the snapshot holds record %d, the stream ends at %d", seq, last)})
	}
}

func (c *check) trims() error {
	return eachMark(c.txn, func(stream string, through persistence.Seq, err error) error {
		if err != nil {
			c.fault(Fault{Stream: stream, Reason: fmt.Sprintf("trim mark: %v", err)})
			return c.proceed()
		}
		c.sum.Trimmed++
		c.marks[stream] = through
		return c.proceed()
	})
}

func (c *check) memos() error {
	it := newIterator(c.txn, []byte(memoPrefix), false)
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		if err := c.proceed(); err != nil {
			return err
		}
		c.sum.Memos++
		err := it.Item().Value(func(value []byte) error {
			_, _, err := parseMemo(it.Item().Key(), value)
			return err
		})
		if err != nil {
			c.fault(Fault{Reason: fmt.Sprintf("memo: %v", err)})
		}
	}
	return nil
}
