package voteindex

import (
	"math/bits"
	"slices"

	"partyline/actors/rules/session/fact"
	"partyline/persistence"
	"partyline/protocol"
)

// blockVotes is how many votes a block holds at most: a page that needs one vote of each of a
// hundred blocks decodes a hundred thousand votes, in some four milliseconds.
const blockVotes = 1024

// blockBytes is after how many bytes a block gets no more votes, so that its value fits a table:
// 1024 names of the longest are 400 KB.
const blockBytes = persistence.MaxTableValue / 2

// code is what a vote is for: the index of the play in its session, doubled, plus 1 for a vote up.
type code uint16

// maxPlays is how many plays of a session have a code.
const maxPlays = 1 << 15

func codeOf(play int, t protocol.VoteType) code {
	if t == protocol.VoteUp {
		return code(play<<1 | 1)
	}
	return code(play << 1)
}

func (c code) play() int { return int(c >> 1) }

func (c code) voteType() protocol.VoteType {
	if c&1 != 0 {
		return protocol.VoteUp
	}
	return protocol.VoteDown
}

// sum is how many votes of a code count.
type sum struct {
	code code
	n    int32
}

// addSum adds n to the sum of a code. Sums are in the order of first votes; there are few.
func addSum(sums []sum, c code, n int32) []sum {
	for i := len(sums) - 1; i >= 0; i-- {
		if sums[i].code == c {
			sums[i].n += n
			return sums
		}
	}
	return append(sums, sum{c, n})
}

// block is some votes of a session that arrived one after the other.
type block struct {
	// first is the id of the first vote.
	first uint64
	votes int
	sums  []sum
	// dead has a bit for each vote that does not count any more, in words up to the last one.
	dead []uint64
	// rows are the votes while they are not on disk, else nil.
	rows *rows
	// names finds the voters in rows while votes may be added, else it is nil.
	names map[string]uint16
}

func (b *block) isDead(row int) bool {
	return row/64 < len(b.dead) && b.dead[row/64]>>(row%64)&1 != 0
}

// kill takes a vote out of the counts, and says whether it was in them.
func (b *block) kill(row int, c code) bool {
	if b.isDead(row) {
		return false
	}
	for row/64 >= len(b.dead) {
		b.dead = append(b.dead, 0)
	}
	b.dead[row/64] |= 1 << (row % 64)
	b.sums = addSum(b.sums, c, -1)
	return true
}

// rows are the votes of a block, column by column. Votes are only ever added, so a copy of the
// struct is a view that does not change.
type rows struct {
	ids            []uint64 // ascending
	names          []uint16 // indexes of voters
	codes          []code
	created, times []protocol.Timestamp
	// devices is nil when no vote is that of a phone, else 0 for those that are not.
	devices []protocol.DeviceID
	// voters are the names as they were sent, and hashes those of their folded forms.
	voters []string
	hashes []uint64
	// bytes are those of the stored block and its postings, at most.
	bytes int
}

// vote is one vote to be added.
type vote struct {
	id   uint64
	code code
	*fact.VoteCast
}

// add adds a vote, and returns how many bytes it adds to the stored block and its postings, at
// most.
func (b *block) add(v vote, hash func(name string) uint64) (bytes int) {
	r := b.rows
	name, known := b.names[v.Username]
	if !known {
		name = uint16(len(r.voters))
		b.names[v.Username] = name
		r.voters, r.hashes = append(r.voters, v.Username), append(r.hashes, hash(v.Username))
		bytes = len(v.Username) + newNameBytes
	}
	if n := len(r.ids); n > 0 {
		bytes += varintLen(v.id-r.ids[n-1]) + deltaLen(v.At-r.created[n-1]) + deltaLen(v.Timestamp-r.times[n-1]) + voteBytes
	} else {
		b.first, bytes = v.id, bytes+newBlockBytes
	}
	if v.Device != 0 || r.devices != nil {
		bytes += deviceBytes
		for len(r.devices) < len(r.ids) {
			r.devices = append(r.devices, 0)
		}
		r.devices = append(r.devices, v.Device)
	}
	if len(r.ids) == cap(r.ids) {
		r.grow()
	}
	r.ids, r.names, r.codes = append(r.ids, v.id), append(r.names, name), append(r.codes, v.code)
	r.created, r.times = append(r.created, v.At), append(r.times, v.Timestamp)
	before := len(b.sums)
	b.sums = addSum(b.sums, v.code, 1)
	b.votes++
	bytes += (len(b.sums) - before) * sumBytes
	r.bytes += bytes
	return bytes
}

// Bytes that are counted for what is added, at most: see encodeRows, appendPostings and
// appendBlockCounts.
const (
	newNameBytes  = 1 + 7 + 6 // its length; its hash, session and block in the postings
	voteBytes     = 2 + 3 + 3 // name and code; the code and a count in the postings
	newBlockBytes = 64
	deviceBytes   = 2 + 8
	sumBytes      = 3 + 3
)

func varintLen(v uint64) int { return (bits.Len64(v|1) + 6) / 7 }

// deltaLen is the length of a signed varint.
func deltaLen(d protocol.Timestamp) int { return varintLen(uint64(d<<1) ^ uint64(d>>63)) }

// grow makes room for more votes, with few steps up to a full block: growing is most of what
// adding costs.
func (r *rows) grow() {
	more := min(blockVotes, max(32, 4*cap(r.ids))) - len(r.ids)
	r.ids, r.names, r.codes = slices.Grow(r.ids, more), slices.Grow(r.names, more), slices.Grow(r.codes, more)
	r.created, r.times = slices.Grow(r.created, more), slices.Grow(r.times, more)
}

// view is the rows as they are now.
func (r *rows) view() *rows {
	v := *r
	return &v
}
