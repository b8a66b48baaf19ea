package session

import (
	"encoding/binary"
	"math/bits"

	"partyline/actors/rules/session/fact"
)

// voteTable is a set of numbers, the prints of votes, that are spread evenly over 64 bits. The
// numbers stand in ascending order in a slice with gaps, each as near as possible behind the
// place that its size tells, its home. So a number is found after a few steps, the table is
// enlarged in one pass from front to back, and the same numbers are always written in the same
// order. A number takes nine to twelve bytes.
//
// The zero value is an empty table.
type voteTable struct {
	slots []uint64 // 0 is a gap
	homes uint64   // how many homes there are; a few slots follow the last
	n     int
}

const (
	// firstHomes are the homes of a table's first number.
	firstHomes = 4
	// spareSlots follow the last home. Where they are too few, more are appended.
	spareSlots = 4
)

// home is the first slot in which the number may stand.
func (t *voteTable) home(p uint64) int {
	hi, _ := bits.Mul64(p, t.homes)
	return int(hi)
}

// hasBetween says whether the table has a number from low to high.
func (t *voteTable) hasBetween(low, high uint64) bool {
	last := t.home(high)
	for i := t.home(low); i < len(t.slots); i++ {
		switch p := t.slots[i]; {
		case p > high || p == 0 && i >= last:
			return false
		case p >= low && p != 0:
			return true
		}
	}
	return false
}

// add adds a number that is not 0. One that is there already changes nothing.
func (t *voteTable) add(p uint64) {
	if uint64(t.n) >= t.homes-t.homes/8 {
		t.enlarge(t.homes + t.homes/4 + 1)
	}
	i := t.home(p)
	for i < len(t.slots) && t.slots[i] != 0 && t.slots[i] < p {
		i++
	}
	if i < len(t.slots) && t.slots[i] == p {
		return
	}
	t.n++
	gap := i
	for gap < len(t.slots) && t.slots[gap] != 0 {
		gap++
	}
	if gap == len(t.slots) {
		t.slots = append(t.slots, 0)
	}
	copy(t.slots[i+1:gap+1], t.slots[i:gap])
	t.slots[i] = p
}

// reserve makes room for n more numbers.
func (t *voteTable) reserve(n int) {
	if homes := homesFor(t.n + n); homes > t.homes {
		t.enlarge(homes)
	}
}

// homesFor is how many homes a table of n numbers has that is not enlarged soon.
func homesFor(n int) uint64 { return uint64(n) + uint64(n)/4 + 1 }

// enlarge gives the table more homes.
func (t *voteTable) enlarge(homes uint64) {
	larger := newVoteTable(max(firstHomes, homes))
	next := 0
	for _, p := range t.slots {
		if p != 0 {
			next = larger.put(p, next)
		}
	}
	*t = larger
}

func newVoteTable(homes uint64) voteTable {
	return voteTable{homes: homes, slots: make([]uint64, homes+spareSlots)}
}

// put adds a number larger than all that were put before, the last of them in the slot before
// next, and returns the slot after its own.
func (t *voteTable) put(p uint64, next int) int {
	i := max(t.home(p), next)
	if i == len(t.slots) {
		t.slots = append(t.slots, 0)
	}
	t.slots[i] = p
	t.n++
	return i + 1
}

// appendTo appends how many numbers there are, and the numbers in ascending order, 8 bytes each.
func (t *voteTable) appendTo(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(t.n))
	for _, p := range t.slots {
		if p != 0 {
			dst = binary.LittleEndian.AppendUint64(dst, p)
		}
	}
	return dst
}

// readVoteTable reads what appendTo writes.
func readVoteTable(r *fact.Reader) (t voteTable) {
	n := r.Length(len(r.Rest) / 8)
	data := r.Take(8 * n)
	if n == 0 || r.Failed {
		return voteTable{}
	}
	t = newVoteTable(homesFor(n))
	before, next := uint64(0), 0
	for ; len(data) > 0; data = data[8:] {
		p := binary.LittleEndian.Uint64(data)
		if p <= before {
			r.Fail()
			return voteTable{}
		}
		before, next = p, t.put(p, next)
	}
	return t
}
