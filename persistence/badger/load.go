package badger

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	badgerdb "github.com/dgraph-io/badger/v4"
)

// maxEntryKey bounds a key in a backup; the longest is a memo's.
const maxEntryKey = 1 << 10

// load fills the new, empty database from a backup, and gives it an epoch of its own.
// Nothing is synced before the end.
func load(ctx context.Context, o Options, r io.Reader) error {
	frames, err := newFrameReader(r)
	if err != nil {
		return err
	}
	db, err := badgerdb.Open(databaseOptions(o).WithSyncWrites(false))
	if err != nil {
		return err
	}
	l := &loader{
		ctx:   ctx,
		guard: &guard{dir: o.Dir, reserve: o.ReserveBytes, free: o.Free},
		in:    bufio.NewReader(frames),
		batch: db.NewWriteBatch(),
		known: &o,
	}
	err = l.run()
	if err == nil {
		err = l.batch.Flush()
	}
	l.batch.Cancel()
	if err == nil {
		err = renew(db, &o)
	}
	return errors.Join(err, db.Close())
}

// loader copies the entries of one backup.
type loader struct {
	ctx   context.Context
	guard *guard
	in    *bufio.Reader
	batch *badgerdb.WriteBatch
	// known says what this program can read.
	known *Options
}

func (l *loader) run() error {
	for {
		if err := l.ctx.Err(); err != nil {
			return err
		}
		if err := l.guard.check(); err != nil {
			return err
		}
		e, err := readEntry(l.in)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := l.check(e); err != nil {
			return err
		}
		if err := l.batch.SetEntry(e); err != nil {
			return err
		}
	}
}

// check refuses a backup that a newer version has made, before all of it is copied.
func (l *loader) check(e *badgerdb.Entry) error {
	if string(e.Key) != formatKey {
		return nil
	}
	f, err := parseFolder(e.Value)
	if err != nil {
		return err
	}
	return f.known(l.known)
}

// readEntry is the reverse of appendEntry. It is io.EOF after the last entry only.
func readEntry(in *bufio.Reader) (*badgerdb.Entry, error) {
	expires, err := readUvarint(in)
	if err != nil {
		return nil, err
	}
	key, err := readBytes(in, maxEntryKey)
	if err != nil {
		return nil, err
	}
	value, err := readBytes(in, valueThreshold)
	if err != nil {
		return nil, err
	}
	e := badgerdb.NewEntry(key, value)
	e.ExpiresAt = expires
	return e, nil
}

// readUvarint is io.EOF where nothing more comes.
func readUvarint(in *bufio.Reader) (uint64, error) {
	b, err := in.Peek(binary.MaxVarintLen64)
	v, n := binary.Uvarint(b)
	switch {
	case n > 0:
		_, err = in.Discard(n)
		return v, err
	case n < 0 || len(b) == binary.MaxVarintLen64:
		return 0, fmt.Errorf("%w: a number of more than 64 bits", ErrBackup)
	case len(b) == 0:
		return 0, err
	}
	return 0, cutOff(err)
}

func readBytes(in *bufio.Reader, limit uint64) ([]byte, error) {
	n, err := readUvarint(in)
	if err != nil {
		return nil, cutOff(err)
	}
	if n > limit {
		return nil, fmt.Errorf("%w: an entry of %d bytes", ErrBackup, n)
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(in, b); err != nil {
		return nil, cutOff(err)
	}
	return b, nil
}
