package database

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"partyline/persistence"
	"partyline/persistence/badger/preflight"
)

// spareFiles is how many file descriptors are held in reserve for Badger: one for the next
// write-ahead log, one for the table that the full log becomes, one for the folder that is
// synced. The rest are for other users of descriptors that are quicker while the spares
// are closed: one connection every few milliseconds, for as long as Badger takes to open
// its files on a busy machine.
const spareFiles = 16

// logFiles makes Badger's next write-ahead log ahead of time. Badger makes one when the
// current one is full, so the file is made before, empty, under the name that Badger will
// give it. Where no file can be made (no descriptor, no inode, a folder that is read-only)
// the journal refuses to write before Badger tries, and goes on by itself when it can.
//
// The name of a log is synced before Badger uses the file, and the names of tables as soon
// as the log they were made from is gone: not every file system writes a file's name when
// the file is synced.
type logFiles struct {
	dir      string
	folder   *os.File
	failStop *failStop
	// syncFolder makes durable which files are in the folder.
	syncFolder func(folder *os.File) error
	// refusal is why nothing can be written, nil while there is a next log.
	refusal atomic.Pointer[error]

	mu      sync.Mutex
	stopped bool // no transaction follows
	number  int
	current *os.File
	next    *os.File // empty until Badger takes it; nil while it cannot be made
	// written is what the current log and its copy in memory hold, in bytes; see WriteTxn.
	written int64
	// full are logs that are becoming tables, the oldest first. Badger empties each when
	// its table is written.
	full   []*os.File
	spares []*os.File
}

// openLogFiles finds the log that Badger has just begun, and makes the next one.
func openLogFiles(dir string, failStop *failStop, sync func(*os.File) error) (*logFiles, error) {
	l := &logFiles{dir: dir, failStop: failStop, syncFolder: sync}
	err := l.findNewest()
	if err == nil {
		l.folder, err = os.Open(dir)
	}
	if err == nil {
		err = l.prepare()
	}
	if err != nil {
		return nil, errors.Join(err, l.close())
	}
	return l, nil
}

func (l *logFiles) findNewest() (err error) {
	names, err := preflight.LogNames(l.dir)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return errors.New("there is no write-ahead log")
	}
	newest := names[len(names)-1]
	if l.number, err = strconv.Atoi(strings.TrimSuffix(newest, preflight.LogExt)); err != nil {
		return fmt.Errorf("write-ahead log %s: %w", newest, err)
	}
	l.current, err = os.Open(filepath.Join(l.dir, newest))
	return err
}

// name is Badger's name for a log.
func (l *logFiles) name(number int) string {
	return filepath.Join(l.dir, fmt.Sprintf("%05d%s", number, preflight.LogExt))
}

// check is nil while a transaction may be written, else ErrUnavailable. It tries again
// what could not be done before. While another goroutine is at it, check returns the
// result of the time before: a disk that hangs must not block its callers.
func (l *logFiles) check() error {
	if l.mu.TryLock() {
		defer l.mu.Unlock()
		return l.prepare()
	}
	if refusal := l.refusal.Load(); refusal != nil {
		return *refusal
	}
	return nil
}

// prepare makes the next log and opens the spare descriptors, where they are missing.
// There must be a next log at all times, and the descriptors when it may be needed.
func (l *logFiles) prepare() error {
	if l.stopped {
		return persistence.ErrClosed
	}
	err := l.createNext()
	if held := l.openSpares(); err == nil && l.mayBeFull() {
		err = held
	}
	if err == nil {
		l.refusal.Store(nil)
		return nil
	}
	err = fmt.Errorf("%w: %w", persistence.ErrNoFile, err)
	l.refusal.Store(&err)
	return err
}

func (l *logFiles) createNext() error {
	if l.next != nil {
		return nil
	}
	f, err := os.OpenFile(l.name(l.number+1), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := l.sync(); err != nil {
		return errors.Join(err, f.Close())
	}
	l.next = f
	return nil
}

// sync makes durable which files are in the folder. When that fails nobody knows which
// are.
func (l *logFiles) sync() error { return l.failStop.record(l.syncFolder(l.folder)) }

// openSpares opens the spare descriptors that are missing. While a table is being made
// they are left to it, unless another log must be opened.
func (l *logFiles) openSpares() error {
	if len(l.full) > 0 && !l.mayBeFull() {
		return nil
	}
	for len(l.spares) < spareFiles {
		f, err := os.Open(os.DevNull)
		if err != nil {
			return err
		}
		l.spares = append(l.spares, f)
	}
	return nil
}

// closeSpares closes the spare descriptors, so that Badger can have them.
func (l *logFiles) closeSpares() {
	for _, f := range l.spares {
		_ = f.Close()
	}
	l.spares = l.spares[:0]
}

// mayBeFull says whether Badger may begin the next log with the next transaction.
func (l *logFiles) mayBeFull() bool { return l.written >= memTableBytes }

// beforeTxn prepares for a transaction, and frees the spare descriptors when Badger may
// need them.
func (l *logFiles) beforeTxn() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.prepare()
	if err == nil && l.mayBeFull() {
		l.closeSpares()
	}
	return err
}

// afterTxn counts a transaction of size bytes that was written, and notices whether Badger
// has begun the next log and whether full ones have become tables.
func (l *logFiles) afterTxn(size int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.written += size
	begun, err := length(l.next)
	if err != nil {
		return err
	}
	if begun > 0 {
		l.full = append(l.full, l.current)
		l.current, l.next, l.written = l.next, nil, size
		l.number++
	}
	if err := l.releaseFull(); err != nil {
		return err
	}
	_ = l.prepare() // the next transaction is refused, not this one
	return l.failStop.check()
}

// releaseFull closes the logs that have become tables, and syncs the names of the tables.
func (l *logFiles) releaseFull() error {
	done := 0
	for _, f := range l.full {
		if n, err := length(f); err != nil || n > 0 {
			break
		}
		_ = f.Close()
		done++
	}
	if done == 0 {
		return nil
	}
	l.full = append(l.full[:0], l.full[done:]...)
	return l.sync()
}

// length is the length of a file, found without an allocation.
func length(f *os.File) (int64, error) { return f.Seek(0, io.SeekEnd) }

// stop comes after the last transaction: Badger needs the descriptors to write what it has
// in memory. close follows when it has.
func (l *logFiles) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stopped = true
	l.closeSpares()
}

func (l *logFiles) close() error {
	l.stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range append(l.full, l.current, l.folder) {
		if f != nil {
			_ = f.Close()
		}
	}
	if l.next == nil {
		return nil
	}
	return errors.Join(removeIfEmpty(l.next), l.next.Close())
}

// removeIfEmpty removes a file that is still empty and still the one under its name:
// Badger may have used it at the end, and removed it.
func removeIfEmpty(f *os.File) error {
	mine, err := f.Stat()
	if err != nil || mine.Size() > 0 {
		return err
	}
	there, err := os.Lstat(f.Name())
	if err != nil || !os.SameFile(mine, there) {
		return nil
	}
	return os.Remove(f.Name())
}
