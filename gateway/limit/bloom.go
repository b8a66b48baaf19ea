package limit

import "hash/maphash"

const (
	// bloomBits is the size of a bloomFilter, a mebibyte.
	bloomBits = 1 << 23
	// bloomHashes are the bits of each member. When all 65,536 networks of an IPv6 /48
	// are in the filter, one of a million others is taken for a member, and when half a
	// million networks are, two of a thousand.
	bloomHashes = 4
)

// bloomFilter remembers members in a fixed space, however many an attacker makes, and
// takes some for members that are none. The zero value is empty.
type bloomFilter[K comparable] struct {
	seed maphash.Seed
	bits []uint64
}

func (s *bloomFilter[K]) add(member K) {
	if s.bits == nil {
		s.seed, s.bits = maphash.MakeSeed(), make([]uint64, bloomBits/64)
	}
	for _, n := range s.positions(member) {
		s.bits[n/64] |= 1 << (n % 64)
	}
}

func (s *bloomFilter[K]) has(member K) bool {
	if s.bits == nil {
		return false
	}
	for _, n := range s.positions(member) {
		if s.bits[n/64]&(1<<(n%64)) == 0 {
			return false
		}
	}
	return true
}

// positions are the places of a member's bits, from the two halves of one hash.
func (s *bloomFilter[K]) positions(member K) (places [bloomHashes]uint64) {
	n := maphash.Comparable(s.seed, member)
	for i := range places {
		places[i] = (n&0xffffffff + uint64(i)*(n>>32|1)) % bloomBits
	}
	return places
}
