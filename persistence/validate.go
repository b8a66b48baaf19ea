package persistence

import (
	"errors"
	"fmt"
	"time"
)

// ErrInvalid: a name, a key or a lifetime that no journal accepts. It is a mistake of the
// caller; nothing was written.
var ErrInvalid = errors.New("journal: invalid")

const (
	// MaxMemoKey keeps memo keys, like stream names, short beside their values.
	MaxMemoKey = 512
	// MinMemoTTL is the shortest life of a memo: disks count lifetimes in seconds.
	MinMemoTTL = time.Second
)

// CheckStream is nil for a valid stream name: 1 to MaxStreamName bytes of printable ASCII
// without spaces. Keys are made of names and a zero byte, so no name may hold one.
// Otherwise it is ErrInvalid.
func CheckStream(name string) error {
	if name == "" || len(name) > MaxStreamName {
		return fmt.Errorf("%w: stream name of %d bytes, want 1 to %d", ErrInvalid, len(name), MaxStreamName)
	}
	for i := range len(name) {
		if name[i] <= ' ' || name[i] > '~' {
			return fmt.Errorf("%w: stream name %q: byte %d", ErrInvalid, name, i)
		}
	}
	return nil
}

// Check is nil when every journal accepts the append, else ErrInvalid or ErrTooLarge. It
// does not look at the expected sequence.
func (a *Append) Check() error {
	if err := CheckStream(a.Stream); err != nil {
		return err
	}
	if len(a.Records) > MaxAppendRecords {
		return fmt.Errorf("%w: %d records, at most %d", ErrTooLarge, len(a.Records), MaxAppendRecords)
	}
	most := MaxAppendBytes
	if a.Large() {
		most = MaxRecordBytes
	}
	if size := a.Size(); size > most {
		return fmt.Errorf("%w: %d bytes of records, at most %d", ErrTooLarge, size, most)
	}
	if a.Memo == nil {
		return nil
	}
	return a.Memo.check()
}

// Large says that the append is one record larger than MaxAppendBytes.
func (a *Append) Large() bool { return len(a.Records) == 1 && len(a.Records[0]) > MaxAppendBytes }

// Size is the sum of the records' bytes, the memo not counted.
func (a *Append) Size() int {
	size := 0
	for _, r := range a.Records {
		size += len(r)
	}
	return size
}

// Check is nil when every journal accepts the snapshot, else ErrInvalid or ErrTooLarge.
func (s *Snapshot) Check() error {
	if len(s.Data) > MaxSnapshotBytes {
		return fmt.Errorf("%w: snapshot of %d bytes, at most %d", ErrTooLarge, len(s.Data), MaxSnapshotBytes)
	}
	return CheckStream(s.Stream)
}

func (m *Memo) check() error {
	switch {
	case m.Key == "" || len(m.Key) > MaxMemoKey:
		return fmt.Errorf("%w: memo key of %d bytes, want 1 to %d", ErrInvalid, len(m.Key), MaxMemoKey)
	case m.TTL < MinMemoTTL:
		return fmt.Errorf("%w: memo kept for %s, at least %s", ErrInvalid, m.TTL, MinMemoTTL)
	case len(m.Value) > MaxMemoBytes:
		return fmt.Errorf("%w: memo of %d bytes, at most %d", ErrTooLarge, len(m.Value), MaxMemoBytes)
	}
	return nil
}
