package voteindex

import (
	"cmp"
	"slices"

	"partyline/protocol"
)

// session is the directory of a session's votes.
type session struct {
	id    protocol.SessionID
	group *group
	plays []play
	// sums are those of all blocks, and votes the sum of them.
	sums  []sum
	votes int64
	// blocks are all that the session ever had; those before base were dropped and are empty.
	// The first stored ones are on disk.
	blocks       []*block
	base, stored int
	// erased are the blocks before base that are on disk no more. gone says that the session
	// was deleted: when all are erased, so is its directory.
	erased int
	gone   bool
	// last are the newest votes of the session's phones, nil while nobody has asked.
	last map[ballot]place
	// dirty are the parts of the directory that are not on disk as they are.
	dirty []int
}

// play is a play that votes can be for, or, with the number 0, a game that was only voted for by
// ticker.
type play struct {
	id    protocol.PlayID
	title uint32 // an index of Index.titles
}

// ballot names what a phone has one vote for.
type ballot struct {
	device protocol.DeviceID
	play   protocol.PlayID
}

// place is where a vote is, and what a posting says of it.
type place struct {
	hash  uint64
	block int32
	row   uint16
	code  code
}

// playIndex finds a play, the newest first: mostly that is the one.
func (s *session) playIndex(id protocol.PlayID) (at int, ok bool) {
	for i := len(s.plays) - 1; i >= 0; i-- {
		if s.plays[i].id == id {
			return i, true
		}
	}
	return 0, false
}

// openBlock is the block that a vote is added to, nil when there must be a new one.
func (s *session) openBlock() *block {
	if n := len(s.blocks); n > 0 {
		if b := s.blocks[n-1]; b.names != nil && b.votes < blockVotes && b.rows.bytes < blockBytes {
			return b
		}
	}
	return nil
}

// inMemory are the blocks that are not on disk, with the number of the first.
func (s *session) inMemory() (first int, blocks []*block) { return s.stored, s.blocks[s.stored:] }

// count is how many of the sums match.
func count(sums []sum, matches func(code) bool) (n int64) {
	for _, s := range sums {
		if s.n != 0 && matches(s.code) {
			n += int64(s.n)
		}
	}
	return n
}

// partOf is the part of the directory that holds a block.
func partOf(block int) int { return block / partBlocks }

// markDirty notes that a part must be written, and returns how many bytes it takes, 0 when it was
// dirty before.
func (s *session) markDirty(part int) (bytes int) {
	at, found := slices.BinarySearch(s.dirty, part)
	if found {
		return 0
	}
	s.dirty = slices.Insert(s.dirty, at, part)
	bytes = directoryBytes
	if part == 0 {
		bytes += playBytes * len(s.plays)
	}
	for i := part * partBlocks; i < min(len(s.blocks), (part+1)*partBlocks); i++ {
		bytes += blockCountsBytes + sumBytes*len(s.blocks[i].sums) + 8*len(s.blocks[i].dead)
	}
	return bytes
}

// find finds a session by its id.
func (x *Index) find(id protocol.SessionID) *session {
	at, found := slices.BinarySearchFunc(x.sessions, id, compareID)
	if !found {
		return nil
	}
	return x.sessions[at]
}

func (x *Index) insert(s *session) {
	at, found := slices.BinarySearchFunc(x.sessions, s.id, compareID)
	if !found {
		x.sessions = slices.Insert(x.sessions, at, s)
		s.group = x.groupOf(s.id)
	}
}

func (x *Index) remove(id protocol.SessionID) {
	if at, found := slices.BinarySearchFunc(x.sessions, id, compareID); found {
		x.sessions[at].group.stale = true
		x.sessions = slices.Delete(x.sessions, at, at+1)
	}
}

func compareID(s *session, id protocol.SessionID) int { return cmp.Compare(s.id, id) }
