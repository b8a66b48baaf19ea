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

// postingList are the postings of one flush: those of each block, or of a correction, stand in
// codes one after the other.
type postingList struct {
	places []postingPlace // ordered by session and block
	names  []postingName
	codes  []sum
	byName []uint16 // room for addBlock
}

// postingPlace is the block that postings are of.
type postingPlace struct {
	session protocol.SessionID
	block   int
	sealed  *sealedBlock // nil for a correction
	correct correction
}

// postingName is a name in a block, with its codes.
type postingName struct {
	hash        uint64
	place       int32
	first, last int32
}

// postings encodes the postings of a batch, as a generation, one key for each bucket that has any.
func (b *Batch) postings() []persistence.TableEntry {
	l := &postingList{places: make([]postingPlace, 0, len(b.blocks)+len(b.corrections))}
	for i := range b.blocks {
		l.places = append(l.places, postingPlace{session: b.blocks[i].session, block: b.blocks[i].number, sealed: &b.blocks[i]})
	}
	for _, c := range b.corrections {
		l.places = append(l.places, postingPlace{session: c.session, block: int(c.block), correct: c})
	}
	slices.SortFunc(l.places, func(a, b postingPlace) int {
		return cmp.Or(cmp.Compare(a.session, b.session), cmp.Compare(a.block, b.block))
	})
	for i := range l.places {
		if p := &l.places[i]; p.sealed != nil {
			l.addBlock(int32(i), p.sealed)
		} else {
			l.add(p.correct.hash, int32(i), sum{p.correct.code, -1})
		}
	}
	return l.encode(b.generation)
}

func (l *postingList) add(hash uint64, place int32, codes ...sum) {
	first := int32(len(l.codes))
	l.codes = append(l.codes, codes...)
	l.names = append(l.names, postingName{hash, place, first, int32(len(l.codes))})
}

// addBlock adds the votes of a block that count.
func (l *postingList) addBlock(place int32, s *sealedBlock) {
	dead := block{dead: s.dead}
	for _, row := range l.rowsByName(s.rows) {
		if dead.isDead(int(row)) {
			continue
		}
		hash, c := s.rows.hashes[s.rows.names[row]], s.rows.codes[row]
		n := len(l.names) - 1
		if n < 0 || l.names[n].hash != hash || l.names[n].place != place {
			l.add(hash, place, sum{c, 1})
			continue
		}
		l.addCode(&l.names[n], c)
	}
}

// addCode adds a vote to the codes of a name, which are the last ones.
func (l *postingList) addCode(n *postingName, c code) {
	for i := n.first; i < n.last; i++ {
		if l.codes[i].code == c {
			l.codes[i].n++
			return
		}
	}
	l.codes = append(l.codes, sum{c, 1})
	n.last++
}

// rowsByName are the rows ordered by their names.
func (l *postingList) rowsByName(r *rows) []uint16 {
	var ends [blockVotes + 1]uint16
	for _, n := range r.names {
		ends[n+1]++
	}
	for n := range len(r.voters) {
		ends[n+1] += ends[n]
	}
	l.byName = slices.Grow(l.byName[:0], len(r.names))[:len(r.names)]
	for row, n := range r.names {
		l.byName[ends[n]] = uint16(row)
		ends[n]++
	}
	return l.byName
}

// encode puts the names into their buckets, which takes half of the time of sorting all of them,
// and encodes one after the other.
func (l *postingList) encode(generation uint32) (entries []persistence.TableEntry) {
	var ends [buckets + 1]int
	for i := range l.names {
		ends[bucketOf(l.names[i].hash)+1]++
	}
	for i := range buckets {
		ends[i+1] += ends[i]
	}
	sorted := make([]postingName, len(l.names))
	for i := range l.names {
		at := &ends[bucketOf(l.names[i].hash)]
		sorted[*at] = l.names[i]
		*at++
	}
	begin := 0
	for bucket, end := range ends[:buckets] {
		if names := sorted[begin:end]; len(names) > 0 {
			slices.SortFunc(names, compareNames)
			entries = append(entries, persistence.TableEntry{Key: postingKey(uint64(bucket), generation), Value: l.encodeBucket(names)})
		}
		begin = end
	}
	return entries
}

func compareNames(a, b postingName) int {
	switch {
	case a.hash < b.hash:
		return -1
	case a.hash > b.hash:
		return 1
	}
	return int(a.place - b.place)
}

func (l *postingList) encodeBucket(names []postingName) []byte {
	different := 0
	for i := range names {
		if i == 0 || names[i].hash != names[i-1].hash {
			different++
		}
	}
	base := l.places[names[0].place].session
	b := binary.AppendUvarint(make([]byte, 0, 16*len(names)+16), uint64(base))
	b = binary.AppendUvarint(b, uint64(different))
	for i := range names {
		if i == 0 || names[i].hash != names[i-1].hash {
			var h [8]byte
			binary.BigEndian.PutUint64(h[:], names[i].hash)
			b = append(b, h[8-hashBytes:]...)
		}
	}
	for i := range names {
		p := &l.places[names[i].place]
		delta := int64(p.session - base)
		head := uint64(delta<<1) ^ uint64(delta>>63)
		if i > 0 && names[i-1].hash == names[i].hash {
			head = uint64(p.session - l.places[names[i-1].place].session)
		}
		head <<= 1
		if i+1 == len(names) || names[i+1].hash != names[i].hash {
			head |= 1
		}
		b = binary.AppendUvarint(binary.AppendUvarint(b, head), uint64(p.block))
		b = appendCodes(b, l.codes[names[i].first:names[i].last])
	}
	return b
}

// appendCodes appends the codes of a posting with their counts.
func appendCodes(b []byte, codes []sum) []byte {
	for i, s := range codes {
		c := uint64(s.code) << 2
		if i+1 == len(codes) {
			c |= 1
		}
		if s.n == 1 {
			b = binary.AppendUvarint(b, c)
			continue
		}
		b = binary.AppendVarint(binary.AppendUvarint(b, c|2), int64(s.n))
	}
	return b
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

// eachName calls f with each name of a bucket's value: the stored part of its hash, its postings
// and the session that they count from.
func eachName(value []byte, f func(short uint64, list []byte, base protocol.SessionID) error) error {
	d := &postingReader{codec.Reader{Rest: value}}
	base := protocol.SessionID(d.ID())
	names := int(d.UvarintAtMost(uint64(len(d.Rest) / hashBytes)))
	hashes := d.Take(names * hashBytes)
	for i := range names {
		start := d.Rest
		if d.skipName(); d.Failed {
			break
		}
		if err := f(storedHash(hashes, i), start[:len(start)-len(d.Rest)], base); err != nil {
			return err
		}
	}
	if !d.Done() {
		return errPostings
	}
	return nil
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
