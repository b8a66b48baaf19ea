package voteindex

import (
	"encoding/binary"
	"fmt"
	"math"

	"partyline/actors/codec"
	"partyline/persistence"
	"partyline/protocol"
)

// A part of a session's directory holds the counts of partBlocks blocks, and the first part
// what is known of the session as well:
//
//	byte     1 for a session that was deleted
//	uvarint  blocks that were dropped, and those of them that are erased
//	uvarint  number of plays, and for each: uvarint number of the play, title
//
//	uvarint  number of blocks in this part, and for each:
//	    uvarint  number of votes, 0 for a block that was dropped: then nothing follows
//	    uvarint  distance of the first vote's id to that of the block before
//	    uvarint  number of codes, and for each: uvarint code, number of votes that count
//	    uvarint  number of words of dead, and 8 bytes for each
const partBlocks = 32

// Bytes that are counted for what is added, at most.
const (
	directoryBytes   = 64
	playBytes        = 2 + 3
	blockCountsBytes = 2 + 9 + 2 + 1
	titleBytes       = 64
)

// encodePart is the stored form of a part of the directory; of the blocks it has only those below
// until.
func (s *session) encodePart(part, until int) []byte {
	var b []byte
	if part == 0 {
		b = s.appendHead(b)
	}
	first, end := part*partBlocks, min(until, (part+1)*partBlocks)
	b = binary.AppendUvarint(b, uint64(max(0, end-first)))
	before := uint64(0)
	for i := first; i < end; i++ {
		b = appendBlockCounts(b, s.blocks[i], before)
		before = max(before, s.blocks[i].first)
	}
	return b
}

func (s *session) appendHead(b []byte) []byte {
	gone := byte(0)
	if s.gone {
		gone = 1
	}
	b = binary.AppendUvarint(append(b, gone), uint64(s.base))
	b = binary.AppendUvarint(b, uint64(s.erased))
	b = binary.AppendUvarint(b, uint64(len(s.plays)))
	for _, p := range s.plays {
		b = binary.AppendUvarint(b, uint64(p.id)%protocol.MaxPlays)
		b = binary.AppendUvarint(b, uint64(p.title))
	}
	return b
}

func appendBlockCounts(b []byte, k *block, before uint64) []byte {
	b = binary.AppendUvarint(b, uint64(k.votes))
	if k.votes == 0 {
		return b
	}
	b = binary.AppendUvarint(b, k.first-before)
	b = binary.AppendUvarint(b, uint64(len(k.sums)))
	for _, s := range k.sums {
		b = binary.AppendUvarint(b, uint64(s.code))
		b = binary.AppendUvarint(b, uint64(s.n))
	}
	b = binary.AppendUvarint(b, uint64(len(k.dead)))
	for _, w := range k.dead {
		b = binary.BigEndian.AppendUint64(b, w)
	}
	return b
}

// directoryReader decodes a part of a directory; see codec.Reader.
type directoryReader struct{ codec.Reader }

// readPart reads the part that follows those that were read. titles is how many there are.
func (s *session) readPart(value []byte, part, titles int) error {
	d := &directoryReader{codec.Reader{Rest: value}}
	if part*partBlocks != len(s.blocks) {
		d.Fail()
	}
	if part == 0 {
		d.head(s, titles)
	}
	n := int(d.UvarintAtMost(partBlocks))
	before := uint64(0)
	for range n {
		b := d.block(before, len(s.plays))
		before = max(before, b.first)
		if len(s.blocks) < s.base {
			b = &block{} // dropped after the part was written
		}
		s.blocks = append(s.blocks, b)
		for _, c := range b.sums {
			s.sums = addSum(s.sums, c.code, c.n)
			s.votes += int64(c.n)
		}
	}
	if !d.Done() {
		return fmt.Errorf("%w: not the directory of a session of the vote index", persistence.ErrCorrupt)
	}
	return nil
}

func (d *directoryReader) head(s *session, titles int) {
	s.gone = d.Bool()
	s.base = int(d.UvarintAtMost(math.MaxInt32))
	s.erased = int(d.UvarintAtMost(uint64(s.base)))
	for range d.UvarintAtMost(min(maxPlays, uint64(len(d.Rest)/2))) {
		number, title := d.UvarintAtMost(protocol.MaxPlays-1), d.UvarintAtMost(math.MaxUint32)
		if title >= uint64(titles) {
			d.Fail()
			return
		}
		s.plays = append(s.plays, play{protocol.NewPlayID(s.id, int(number)), uint32(title)})
	}
}

func (d *directoryReader) block(before uint64, plays int) *block {
	b := &block{votes: int(d.UvarintAtMost(blockVotes))}
	if b.votes == 0 {
		return b
	}
	b.first = before + d.UvarintAtMost(math.MaxInt64-before)
	for range d.UvarintAtMost(blockVotes) {
		c, n := code(d.UvarintAtMost(maxPlays<<1-1)), d.UvarintAtMost(blockVotes)
		if c.play() >= plays {
			d.Fail()
			return b
		}
		b.sums = append(b.sums, sum{c, int32(n)})
	}
	for range d.UvarintAtMost(blockVotes / 64) {
		if w := d.Take(8); w != nil {
			b.dead = append(b.dead, binary.BigEndian.Uint64(w))
		}
	}
	return b
}
