package database

import (
	"slices"
	"sync"
)

// versions number the transactions of a database, and say which of them are read: those
// that the disk has confirmed, up to the newest. Badger would number them itself, but it
// shows a transaction whose sync has failed, and has every read wait for one under way,
// for as long as the disk takes.
//
// They also say from which version on Badger must keep what was overwritten or removed:
// from the oldest that somebody reads.
type versions struct {
	mu        sync.Mutex
	confirmed uint64
	// reads are under way, by the version they see, ascending.
	reads []versionRead
}

// versionRead is how many reads see one version.
type versionRead struct {
	version uint64
	count   int
}

// begin is the version that a read sees; end must follow.
func (v *versions) beginRead() uint64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	if n := len(v.reads); n > 0 && v.reads[n-1].version == v.confirmed {
		v.reads[n-1].count++
		return v.confirmed
	}
	v.reads = append(v.reads, versionRead{v.confirmed, 1})
	return v.confirmed
}

func (v *versions) endRead(version uint64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	i := slices.IndexFunc(v.reads, func(r versionRead) bool { return r.version == version })
	if v.reads[i].count--; v.reads[i].count == 0 {
		v.reads = slices.Delete(v.reads, i, i+1)
	}
}

// next is the version of a transaction that is to be written. It is confirmed before
// another one is asked for, or never.
func (v *versions) Next() uint64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.confirmed + 1
}

// confirm shows the version, which is on disk, to whoever reads from now on. It returns
// the oldest version that is still read.
func (v *versions) confirm(version uint64) (oldest uint64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.confirmed = version
	if len(v.reads) > 0 {
		return v.reads[0].version
	}
	return version
}
