package gateway

import "hash/maphash"

const (
	// memorySetBits is the size of a memorySet, a mebibyte.
	memorySetBits = 1 << 23
	// memorySetMarks are the bits of each member. When all 65,536 networks of an IPv6 /48 are
	// in the set, one of a million others is taken for a member, and when half a million
	// networks are, two of a thousand.
	memorySetMarks = 4
)

// memorySet is a Bloom filter: it remembers members in a fixed space, however many an
// attacker makes, and takes some for members that are none. The zero value is empty.
type memorySet[K comparable] struct {
	seed maphash.Seed
	bits []uint64
}

func (s *memorySet[K]) add(member K) {
	if s.bits == nil {
		s.seed, s.bits = maphash.MakeSeed(), make([]uint64, memorySetBits/64)
	}
	for _, n := range s.marks(member) {
		s.bits[n/64] |= 1 << (n % 64)
	}
}

func (s *memorySet[K]) has(member K) bool {
	if s.bits == nil {
		return false
	}
	for _, n := range s.marks(member) {
		if s.bits[n/64]&(1<<(n%64)) == 0 {
			return false
		}
	}
	return true
}

// marks are the places of a member's bits, from the two halves of one hash.
func (s *memorySet[K]) marks(member K) (places [memorySetMarks]uint64) {
	n := maphash.Comparable(s.seed, member)
	for i := range places {
		places[i] = (n&0xffffffff + uint64(i)*(n>>32|1)) % memorySetBits
	}
	return places
}
