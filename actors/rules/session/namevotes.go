package session

import (
	"github.com/dchest/siphash"

	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// duplicateWindow is protocol.DuplicateWindow in the unit of timestamps.
const duplicateWindow = protocol.Timestamp(protocol.DuplicateWindow / 1e6)

// voters holds a print of every vote by a name, so that a duplicate is found however old it is:
// chat bots send a whole session again after a reconnect. A vote takes nine to twelve bytes, a
// name none.
//
// A print is 64 bits: a hash of the folded name and the 8.2-second block of the vote's
// timestamp, of which 51 bits are kept and 7 more choose the table, and the milliseconds within
// the block. So two votes of one name are compared exactly. A vote of another name is taken for
// one of this name when 58 bits agree by chance and the milliseconds are near: in a session of n
// votes a vote is refused wrongly with a probability of n / 2^60. With a million votes that is
// one of 10^12, and it happens at all in one of two million such sessions; with ten million in
// one of 23,000. Nobody can look for names that agree: the hash has a key that only the hub
// knows.
//
// The zero value is an empty set.
type voters struct {
	key VoteKey
	// tables are a power of two many, nil before the first vote. Many small ones are never
	// enlarged at the same time: with ten million votes one takes 0.1 ms.
	tables []voteTable
}

// VoteKey keys the hash of voters' names. It is chosen at random for each session and stored in
// its snapshots.
type VoteKey struct {
	K0 uint64 `json:"k0"`
	K1 uint64 `json:"k1"`
}

const (
	// voteTables is how many tables a session with votes has, 40 bytes each.
	voteTables = 128
	// blockBits are the bits of a timestamp that a print has as they are.
	blockBits = 13
	blockMask = 1<<blockBits - 1
)

// forBatch returns an empty set with the same key and room for n votes.
func (v *voters) forBatch(n int) voters {
	return voters{key: v.key, tables: []voteTable{newVoteTable(homesFor(n))}}
}

// nameHash is the keyed hash of a folded name.
type nameHash uint64

// hash returns the hash of a name, folded.
func (v *voters) hash(name string) nameHash {
	var room [fact.MaxFolded]byte
	return nameHash(siphash.Hash(v.key.K0, v.key.K1, fact.Fold(room[:0], name)))
}

// block returns what the prints of a name's votes in a block of time begin with, and their
// table, nil when there are no votes at all.
func (v *voters) block(name nameHash, block protocol.Timestamp) (begin uint64, t *voteTable) {
	// The finalizer of MurmurHash3 spreads each bit over all of them.
	h := uint64(name) ^ uint64(block)*0x9e3779b97f4a7c15
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	h ^= h >> 33
	if len(v.tables) > 0 {
		t = &v.tables[h&uint64(len(v.tables)-1)]
	}
	return max(h&^blockMask, 1<<blockBits), t // no print is 0
}

// near says whether the name has a vote less than a duplicateWindow away from ts.
func (v *voters) near(name nameHash, ts protocol.Timestamp) bool {
	if len(v.tables) == 0 {
		return false
	}
	const most, end = duplicateWindow - 1, blockMask
	block, ms := ts>>blockBits, ts&blockMask
	switch {
	case v.hasBetween(name, block, max(ms-most, 0), min(ms+most, end)):
		return true
	case ms < most:
		return v.hasBetween(name, block-1, ms-most+end+1, end)
	case ms > end-most:
		return v.hasBetween(name, block+1, 0, ms+most-end-1)
	}
	return false
}

// hasBetween says whether the name has a vote in a block of time, from one millisecond of it to
// another.
func (v *voters) hasBetween(name nameHash, block, from, to protocol.Timestamp) bool {
	begin, t := v.block(name, block)
	return t.hasBetween(begin|uint64(from), begin|uint64(to))
}

// add adds a vote that is not near another.
func (v *voters) add(name nameHash, ts protocol.Timestamp) {
	if v.tables == nil {
		v.tables = make([]voteTable, voteTables)
	}
	begin, t := v.block(name, ts>>blockBits)
	t.add(begin | uint64(ts&blockMask))
}

// addChat adds the votes of a chat log, none of which is near another.
func (v *voters) addChat(f *fact.ChatImported) {
	names := make([]nameHash, len(f.Names))
	for i, name := range f.Names {
		names[i] = v.hash(name)
	}
	if v.tables == nil {
		v.tables = make([]voteTable, voteTables)
	}
	for i := range v.tables {
		v.tables[i].reserve(len(f.Votes) / voteTables)
	}
	for _, vote := range f.Votes {
		v.add(names[vote.Voter], vote.Timestamp)
	}
}

// size is the number of bytes that appendTo needs at most.
func (v *voters) size() int {
	n := 10 * (1 + len(v.tables))
	for i := range v.tables {
		n += 8 * v.tables[i].n
	}
	return n
}

// appendTo appends the number of tables, and the tables.
func (v *voters) appendTo(dst []byte) []byte {
	dst = append(dst, byte(len(v.tables)))
	for i := range v.tables {
		dst = v.tables[i].appendTo(dst)
	}
	return dst
}

// readVoters reads what appendTo writes, for a key.
func readVoters(r *fact.Reader, key VoteKey) voters {
	v := voters{key: key}
	switch r.Byte() {
	case 0:
		return v
	case voteTables:
	default:
		r.Fail()
		return v
	}
	v.tables = make([]voteTable, voteTables)
	for i := range v.tables {
		v.tables[i] = readVoteTable(r)
	}
	return v
}
