package database

import (
	"slices"
	"sync"
)

// versions number the transactions of a database, and choose the version that a read sees:
// the newest that the disk has confirmed. Badger would number them itself, but it shows a
// transaction whose sync has failed, and makes every read wait for one under way, for as
// long as the disk takes.
//
// They also say from which version on Badger must keep what was overwritten or removed:
// from the oldest that is still read.
type versions struct {
	mu        sync.Mutex
	confirmed uint64
	// reads are under way, by the version they see, ascending.
	reads []versionRead
}

// versionRead counts the reads that see one version.
type versionRead struct {
	version uint64
	count   int
}

// beginRead is the version that a read sees; endRead must follow.
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

// next is the version of the transaction to be written. It is confirmed before the next
// call, or never.
func (v *versions) next() uint64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.confirmed + 1
}

// confirm makes the version, which is on disk, visible to reads that begin from now on. It
// returns the oldest version that is still read.
func (v *versions) confirm(version uint64) (oldest uint64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.confirmed = version
	if len(v.reads) > 0 {
		return v.reads[0].version
	}
	return version
}
