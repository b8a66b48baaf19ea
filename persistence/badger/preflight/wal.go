package preflight

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/dgraph-io/badger/v4/y"

	"partyline/persistence"
	"partyline/persistence/badger/layout"
)

// The layout of Badger's write-ahead logs, as of the version in go.mod: a header, then
// entries. An entry is two bytes (its kind, and one that is not used here), the lengths of
// key and value and the expiry as uvarints, key, value, and a CRC-32C of all that. The
// entries of a transaction carry its number, and one after them ends it.
const (
	LogExt        = ".mem"
	logHeaderSize = 20
	metaInTxn     = 1 << 6
	metaEndOfTxn  = 1 << 7
	maxLogKey     = 1 << 16
)

// CheckLogs reads the write-ahead logs before Badger does. Badger takes a damaged entry
// for the end of its log, as a kill leaves it, and cuts off all that follows: commits that
// were acknowledged. head is where the tables end, watermark how far the journal was
// written; between them the logs must have every commit.
//
// With sync it also syncs the logs: a kill leaves commits in them that were never
// acknowledged, and that are read and published from now on. It returns where each log
// ends.
func CheckLogs(dir string, head, watermark persistence.Position, sync bool) ([]logEnd, error) {
	names, err := LogNames(dir)
	if err != nil {
		return nil, err
	}
	l := &logChecker{head: head, sync: sync}
	ends := make([]logEnd, len(names))
	for i, name := range names {
		end, err := l.checkLog(filepath.Join(dir, name))
		if err != nil {
			return nil, fmt.Errorf("write-ahead log %s: %w", name, err)
		}
		ends[i] = logEnd{name, end}
	}
	if l.head < watermark {
		return nil, fmt.Errorf("%w: records %d to %d are missing: %s", persistence.ErrCorrupt, l.head+1, watermark, l.describeDamage())
	}
	return ends, nil
}

// logEnd is where the last whole transaction of a log ends, 0 for a log that is not begun.
type logEnd struct {
	name string
	end  int64
}

// LogNames are the names of the logs in the order in which they were written. The numbers
// in the names are padded; those past the padding are longer.
func LogNames(dir string) (names []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if filepath.Ext(e.Name()) == LogExt {
			names = append(names, e.Name())
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return len(a) - len(b) })
	return names, nil
}

// logChecker checks the logs in order.
type logChecker struct {
	// head is the position of the last record so far.
	head persistence.Position
	// damaged is the first place where a log ends in something other than zeros.
	damaged string
	sync    bool
}

// describeDamage says where commits may have been lost.
func (l *logChecker) describeDamage() string {
	if l.damaged == "" {
		return "a write-ahead log is gone"
	}
	return "damage in " + l.damaged
}

// checkLog reads one log and returns where its last whole transaction ends.
func (l *logChecker) checkLog(name string) (end int64, err error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if l.sync {
		if err := f.Sync(); err != nil {
			return 0, err
		}
	}
	s := &logReader{in: bufio.NewReaderSize(f, 1<<16)}
	if _, err := s.in.Discard(logHeaderSize); err != nil {
		return 0, nil // Badger begins it anew
	}
	s.end = logHeaderSize
	if err := s.commits(l.checkCommit); err != nil {
		return 0, err
	}
	return s.end, l.noteRemainder(f, s.end)
}

// checkCommit wants the next commit to follow head. One that the tables have as well is in
// a log that a kill has left.
func (l *logChecker) checkCommit(c *layout.Commit) error {
	if c.First > l.head+1 {
		err := fmt.Errorf("%w: records %d to %d are missing", persistence.ErrCorrupt, l.head+1, c.First-1)
		if l.damaged != "" {
			err = fmt.Errorf("%w: %s", err, l.describeDamage())
		}
		return err
	}
	l.head = max(l.head, c.End())
	return nil
}

// noteRemainder remembers a log that holds something after its end: what a kill has cut
// off, or what damage hides.
func (l *logChecker) noteRemainder(f *os.File, end int64) error {
	if l.damaged != "" {
		return nil
	}
	if _, err := f.Seek(end, io.SeekStart); err != nil {
		return err
	}
	buf, zeros := make([]byte, 1<<16), make([]byte, 1<<16)
	for {
		n, err := f.Read(buf)
		if !bytes.Equal(buf[:n], zeros[:n]) {
			l.damaged = fmt.Sprintf("%s after byte %d", filepath.Base(f.Name()), end)
			return nil
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// logReader reads the transactions of one log.
type logReader struct {
	in *bufio.Reader
	// end is where the last whole transaction ends.
	end int64
	// read is how many bytes of the present entry were read, sum their checksum.
	read int64
	sum  uint32
}

// logEntry is one entry; its key ends with the transaction's number.
type logEntry struct {
	meta       byte
	key, value []byte
}

var errLogEnd = errors.New("end of log")

// commits calls visit with the index entries of whole transactions. It stops where Badger
// would stop.
func (s *logReader) commits(visit func(*layout.Commit) error) error {
	var txn uint64
	var index *logEntry
	at := s.end
	for {
		e, err := s.entry()
		if errors.Is(err, errLogEnd) {
			return nil
		}
		if err != nil {
			return err
		}
		at += s.read
		switch {
		case e.meta&metaInTxn != 0:
			if number := y.ParseTs(e.key); txn == 0 {
				txn = number
			} else if txn != number {
				return nil
			}
			if _, ok := layout.SplitIndexKey(y.ParseKey(e.key)); ok && bytes.HasPrefix(e.key, []byte(layout.IndexPrefix)) {
				index = &e
			}
		case e.meta&metaEndOfTxn != 0:
			number, err := strconv.ParseUint(string(e.value), 10, 64)
			if err != nil || number != txn {
				return nil
			}
			if err := s.visit(index, visit); err != nil {
				return err
			}
			txn, index, s.end = 0, nil, at
		case txn != 0:
			return nil
		default:
			s.end = at
		}
	}
}

func (s *logReader) visit(index *logEntry, visit func(*layout.Commit) error) error {
	if index == nil {
		return nil
	}
	c, err := layout.ParseCommit(y.ParseKey(index.key), index.value, nil)
	if err != nil {
		return err
	}
	return visit(&c)
}

// entry reads the next entry, errLogEnd where there is none with a checksum that fits.
func (s *logReader) entry() (e logEntry, err error) {
	s.read, s.sum = 0, 0
	var head [2]byte
	if err := s.fill(head[:]); err != nil {
		return e, err
	}
	var lengths [3]uint64 // of key and value, and the expiry
	for i := range lengths {
		if lengths[i], err = binary.ReadUvarint(s); err != nil {
			return e, errLogEnd
		}
	}
	key, value := uint32(lengths[0]), uint32(lengths[1])
	if key < layout.NumberSize || key > maxLogKey || value > layout.MaxValueBytes {
		return e, errLogEnd
	}
	both := make([]byte, int(key)+int(value))
	if err := s.fill(both); err != nil {
		return e, err
	}
	want := s.sum
	var sum [crc32.Size]byte
	if err := s.fill(sum[:]); err != nil || binary.BigEndian.Uint32(sum[:]) != want {
		return e, errLogEnd
	}
	return logEntry{meta: head[0], key: both[:key], value: both[key:]}, nil
}

// ReadByte is for the lengths.
func (s *logReader) ReadByte() (byte, error) {
	var b [1]byte
	err := s.fill(b[:])
	return b[0], err
}

func (s *logReader) fill(b []byte) error {
	n, err := io.ReadFull(s.in, b)
	s.read += int64(n)
	s.sum = crc32.Update(s.sum, layout.Castagnoli, b[:n])
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errLogEnd
	}
	return err
}
