package voteindex

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"

	"partyline/actors/codec"
	"partyline/persistence"
	"partyline/protocol"
)

// A posting says how many votes of each code a name has in a block. Postings are added up, so one
// with negative numbers corrects an earlier one. All postings of one flush, by the hashes of the
// names, are one generation. It is cut into buckets by the first bits of the hashes, and one key
// holds those of a bucket:
//
//	uvarint  a session, that of the first posting
//	uvarint  number of names
//	7 bytes  for each name the last 56 bits of its hash, ascending
//	for each name its postings, ordered by session and block:
//	    uvarint  twice the distance to the session of the posting before, plus 1 for the last
//	             posting of the name; the first of each name counts from the session above, signed
//	    uvarint  block
//	    for each code:
//	        uvarint  four times the code, plus 2 where a count follows, plus 1 for the last code
//	        varint   the count, else it is 1
const (
	bucketBits = 9
	buckets    = 1 << bucketBits
	hashBytes  = 7
)

func bucketOf(hash uint64) uint64 { return hash >> (64 - bucketBits) }

// shortHash is the part of a hash that is stored; with the bucket it is the whole hash.
func shortHash(hash uint64) uint64 { return hash & (1<<(8*hashBytes) - 1) }

// correction is a vote that does not count any more and was posted.
type correction struct {
	session protocol.SessionID
	block   int32
	code    code
	hash    uint64
}

// posting is one that is to be written.
type posting struct {
	hash    uint64
	session protocol.SessionID
	block   int32
	code    code
	n       int32
}

func comparePostings(a, b posting) int {
	if a.hash != b.hash {
		return cmp.Compare(a.hash, b.hash)
	}
	return cmp.Or(cmp.Compare(a.session, b.session), cmp.Compare(a.block, b.block), cmp.Compare(a.code, b.code))
}

// addPostings appends the postings of a block's votes that count.
func (s *sealedBlock) addPostings(list []posting) []posting {
	r, b := s.rows, block{dead: s.dead}
	for row, name := range r.names {
		if !b.isDead(row) {
			list = append(list, posting{r.hashes[name], s.session, int32(s.number), r.codes[row], 1})
		}
	}
	return list
}

// postingEntries encodes the postings of a generation, one key for each bucket that has any. It
// orders them.
func postingEntries(list []posting, generation uint32) (entries []persistence.TableEntry) {
	slices.SortFunc(list, comparePostings)
	list = mergePostings(list)
	for len(list) > 0 {
		bucket := bucketOf(list[0].hash)
		n := 1
		for n < len(list) && bucketOf(list[n].hash) == bucket {
			n++
		}
		entries = append(entries, persistence.TableEntry{Key: postingKey(bucket, generation), Value: encodeBucket(list[:n])})
		list = list[n:]
	}
	return entries
}

// mergePostings adds up those that differ in nothing but their numbers.
func mergePostings(list []posting) []posting {
	merged := list[:0]
	for _, p := range list {
		if n := len(merged); n > 0 && comparePostings(merged[n-1], p) == 0 {
			merged[n-1].n += p.n
			continue
		}
		merged = append(merged, p)
	}
	return slices.DeleteFunc(merged, func(p posting) bool { return p.n == 0 })
}

func encodeBucket(list []posting) []byte {
	names := 0
	for i := range list {
		if i == 0 || list[i].hash != list[i-1].hash {
			names++
		}
	}
	base := list[0].session
	b := binary.AppendUvarint(make([]byte, 0, 16*len(list)+16), uint64(base))
	b = binary.AppendUvarint(b, uint64(names))
	for i := range list {
		if i == 0 || list[i].hash != list[i-1].hash {
			h := binary.BigEndian.AppendUint64(nil, list[i].hash)
			b = append(b, h[8-hashBytes:]...)
		}
	}
	for i := 0; i < len(list); {
		b, i = appendPosting(b, list, i, base)
	}
	return b
}

// appendPosting appends the posting that begins at i, and returns where the next one does.
func appendPosting(b []byte, list []posting, i int, base protocol.SessionID) ([]byte, int) {
	p, end := &list[i], i+1
	for end < len(list) && list[end].hash == p.hash && list[end].session == p.session && list[end].block == p.block {
		end++
	}
	delta := int64(p.session - base)
	head := uint64(delta<<1) ^ uint64(delta>>63)
	if i > 0 && list[i-1].hash == p.hash {
		head = uint64(p.session - list[i-1].session)
	}
	head <<= 1
	if end == len(list) || list[end].hash != p.hash {
		head |= 1
	}
	b = binary.AppendUvarint(binary.AppendUvarint(b, head), uint64(p.block))
	for j := i; j < end; j++ {
		c := uint64(list[j].code) << 2
		if j+1 == end {
			c |= 1
		}
		if list[j].n == 1 {
			b = binary.AppendUvarint(b, c)
			continue
		}
		b = binary.AppendVarint(binary.AppendUvarint(b, c|2), int64(list[j].n))
	}
	return b, end
}

// findPostings returns the postings of a name in the value of its bucket, as they are stored, and
// the session that they count from; none when the name has none.
func findPostings(value []byte, hash uint64) (list []byte, base protocol.SessionID, err error) {
	d := &postingReader{codec.Reader{Rest: value}}
	base = protocol.SessionID(d.ID())
	names := int(d.UvarintAtMost(uint64(len(d.Rest) / hashBytes)))
	hashes := d.Take(names * hashBytes)
	if d.Failed {
		return nil, 0, errPostings
	}
	at, found := searchHash(hashes, shortHash(hash))
	if !found {
		return nil, 0, nil
	}
	for range at {
		d.skipName()
	}
	start := d.Rest
	d.skipName()
	if d.Failed {
		return nil, 0, errPostings
	}
	return start[:len(start)-len(d.Rest)], base, nil
}

// searchHash finds a hash in a list of stored ones.
func searchHash(hashes []byte, want uint64) (at int, found bool) {
	low, high := 0, len(hashes)/hashBytes
	for low < high {
		mid := (low + high) / 2
		if storedHash(hashes, mid) < want {
			low = mid + 1
			continue
		}
		high = mid
	}
	return low, low < len(hashes)/hashBytes && storedHash(hashes, low) == want
}

func storedHash(hashes []byte, i int) (h uint64) {
	for _, b := range hashes[i*hashBytes : (i+1)*hashBytes] {
		h = h<<8 | uint64(b)
	}
	return h
}

var errPostings = fmt.Errorf("%w: not postings of the vote index", persistence.ErrCorrupt)

// postingReader decodes postings; see codec.Reader.
type postingReader struct{ codec.Reader }

// skipName skips the postings of a name.
func (d *postingReader) skipName() {
	for last := false; !last && !d.Failed; {
		last = d.Uvarint()&1 != 0
		d.counts(d.block(), func(int, code, int64) {})
	}
}

func (d *postingReader) block() int { return int(d.UvarintAtMost(1<<31 - 1)) }

// counts reads the codes of a block with their counts.
func (d *postingReader) counts(block int, f func(block int, c code, n int64)) {
	for last := false; !last && !d.Failed; {
		v, n := d.UvarintAtMost(maxPlays<<3-1), int64(1)
		if v&2 != 0 {
			n = d.Varint()
		}
		if last = v&1 != 0; !d.Failed {
			f(block, code(v>>2), n)
		}
	}
}

// eachPosting calls f with each code of the postings that findPostings has found, ordered by
// session and block.
func eachPosting(list []byte, base protocol.SessionID, f func(id protocol.SessionID, block int, c code, n int64)) error {
	d := &postingReader{codec.Reader{Rest: list}}
	for id, first := base, true; len(d.Rest) > 0; first = false {
		delta := d.Uvarint() >> 1
		if first {
			delta = uint64(int64(delta>>1) ^ -int64(delta&1))
		}
		id += protocol.SessionID(delta)
		d.counts(d.block(), func(block int, c code, n int64) { f(id, block, c, n) })
	}
	if d.Failed {
		return errPostings
	}
	return nil
}
