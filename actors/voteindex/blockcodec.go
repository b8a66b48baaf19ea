package voteindex

import (
	"encoding/binary"
	"fmt"

	"partyline/actors/codec"
	"partyline/actors/rules/session/fact"
	"partyline/persistence"
	"partyline/protocol"
)

// A stored block is its columns one after the other, because a column of equal or small numbers
// compresses to next to nothing:
//
//	uvarint  number of votes
//	byte     flags
//	uvarint  id of the first vote; for each other the distance to the one before. Where no vote
//	         shares its record with others the ids are those of the records
//	uvarint  for each vote: 0 for a name that was not there before, else 1 + the name's index
//	uvarint  for each vote its code
//	varint   for each vote the distance of its created_at to the one before, the first to 0
//	varint   for each vote the same of its timestamp, in seconds where all are whole seconds;
//	         missing where each is the created_at
//	uvarint  with devices, for each vote: 0 for none, 1 for one that was not there before, else
//	         2 + its index; then 8 bytes for each device
//	uvarint  for each name its length in bytes; then the names
const (
	flagRecordIDs byte = 1 << iota // ids are those of records
	flagSeconds
	flagCreated // timestamps are the times of creation
	flagDevices

	knownFlags = flagRecordIDs | flagSeconds | flagCreated | flagDevices
)

// VoteBits is how many bits of a vote's id hold its number within its record: a record is one
// vote, or a chat log of at most protocol.MaxImport bytes, in which a vote takes 43 of them at
// least. The rest is exact as a number in JSON up to 17,000,000,000 records.
const VoteBits = 19

// VoteID is the id of the n-th vote of a record. Ids ascend with time and never change.
func VoteID(p persistence.Position, n int) uint64 { return uint64(p)<<VoteBits | uint64(n) }

func (r *rows) flags() byte {
	flags := flagRecordIDs | flagSeconds | flagCreated
	for i, id := range r.ids {
		if id&(1<<VoteBits-1) != 0 {
			flags &^= flagRecordIDs
		}
		if r.times[i]%1000 != 0 {
			flags &^= flagSeconds
		}
		if r.times[i] != r.created[i] {
			flags &^= flagCreated
		}
	}
	if r.devices != nil {
		flags |= flagDevices
	}
	return flags
}

// encodeRows is the stored form of a block's votes.
func encodeRows(r *rows) []byte {
	b := make([]byte, 0, 16*len(r.ids)+64)
	flags := r.flags()
	b = append(binary.AppendUvarint(b, uint64(len(r.ids))), flags)
	b = r.appendIDs(b, flags)
	next := uint16(0)
	for _, n := range r.names {
		if n == next {
			b, next = append(b, 0), next+1
			continue
		}
		b = binary.AppendUvarint(b, uint64(n)+1)
	}
	for _, c := range r.codes {
		b = binary.AppendUvarint(b, uint64(c))
	}
	b = appendTimes(b, r.created, 1)
	switch {
	case flags&flagCreated != 0:
	case flags&flagSeconds != 0:
		b = appendTimes(b, r.times, 1000)
	default:
		b = appendTimes(b, r.times, 1)
	}
	if flags&flagDevices != 0 {
		b = appendDevices(b, r.devices)
	}
	for _, name := range r.voters {
		b = binary.AppendUvarint(b, uint64(len(name)))
	}
	for _, name := range r.voters {
		b = append(b, name...)
	}
	return b
}

func (r *rows) appendIDs(b []byte, flags byte) []byte {
	shift := 0
	if flags&flagRecordIDs != 0 {
		shift = VoteBits
	}
	before := uint64(0)
	for _, id := range r.ids {
		b = binary.AppendUvarint(b, (id-before)>>shift)
		before = id
	}
	return b
}

func appendTimes(b []byte, times []protocol.Timestamp, unit protocol.Timestamp) []byte {
	before := protocol.Timestamp(0)
	for _, t := range times {
		b = binary.AppendVarint(b, int64((t-before)/unit))
		before = t
	}
	return b
}

func appendDevices(b []byte, devices []protocol.DeviceID) []byte {
	index := map[protocol.DeviceID]int{}
	var list []byte
	for _, d := range devices {
		at, known := index[d]
		switch {
		case d == 0:
			b = append(b, 0)
		case known:
			b = binary.AppendUvarint(b, uint64(at)+2)
		default:
			b = append(b, 1)
			index[d] = len(index)
			list = binary.BigEndian.AppendUint64(list, uint64(d))
		}
	}
	return append(b, list...)
}

// rowReader decodes a block; see codec.Reader.
type rowReader struct{ codec.Reader }

// decodeRows is the reverse of encodeRows, but for the hashes, which it leaves out. It keeps
// nothing of b, never panics, and allocates no more than a small multiple of the length of b.
func decodeRows(b []byte) (*rows, error) {
	d := &rowReader{codec.Reader{Rest: b}}
	n := int(d.UvarintAtMost(blockVotes))
	flags := d.Byte()
	if n == 0 || n > len(d.Rest) || flags&^knownFlags != 0 {
		return nil, errBlock
	}
	r := &rows{ids: d.ids(n, flags)}
	voters := d.names(r, n)
	r.codes = make([]code, n)
	for i := range n {
		r.codes[i] = code(d.UvarintAtMost(maxPlays<<1 - 1))
	}
	r.created = d.times(n, 1)
	switch {
	case flags&flagCreated != 0:
		r.times = r.created
	case flags&flagSeconds != 0:
		r.times = d.times(n, 1000)
	default:
		r.times = d.times(n, 1)
	}
	if flags&flagDevices != 0 {
		r.devices = d.devices(n)
	}
	r.voters = d.voters(voters)
	if !d.Done() {
		return nil, errBlock
	}
	return r, nil
}

var errBlock = fmt.Errorf("%w: not a block of the vote index", persistence.ErrCorrupt)

func (d *rowReader) ids(n int, flags byte) []uint64 {
	shift := 0
	if flags&flagRecordIDs != 0 {
		shift = VoteBits
	}
	ids, before := make([]uint64, n), uint64(0)
	for i := range ids {
		delta := d.UvarintAtMost(1<<63 - 1)
		if delta == 0 || delta > (1<<63-1-before)>>shift {
			d.Fail()
			return ids
		}
		before += delta << shift
		ids[i] = before
	}
	return ids
}

// names reads the name of each vote and returns how many different ones there are.
func (d *rowReader) names(r *rows, n int) (voters int) {
	r.names = make([]uint16, n)
	for i := range r.names {
		at := int(d.UvarintAtMost(uint64(voters)))
		if at == 0 {
			voters++
			at = voters
		}
		r.names[i] = uint16(at - 1)
	}
	return voters
}

func (d *rowReader) times(n int, unit protocol.Timestamp) []protocol.Timestamp {
	times, before := make([]protocol.Timestamp, n), protocol.Timestamp(0)
	for i := range times {
		delta := d.Varint()
		if delta > int64(fact.MaxTimestamp) || delta < -int64(fact.MaxTimestamp) {
			d.Fail()
		}
		before += protocol.Timestamp(delta) * unit
		if before < 0 || before > fact.MaxTimestamp {
			d.Fail()
		}
		if d.Failed {
			return times
		}
		times[i] = before
	}
	return times
}

func (d *rowReader) devices(n int) []protocol.DeviceID {
	index, known := make([]int, n), 0
	for i := range index {
		if index[i] = int(d.UvarintAtMost(uint64(known) + 1)); index[i] == 1 {
			known++
			index[i] = known + 1
		}
	}
	list := d.Take(8 * known)
	devices := make([]protocol.DeviceID, n)
	for i, at := range index {
		if at > 0 && !d.Failed {
			devices[i] = protocol.DeviceID(binary.BigEndian.Uint64(list[8*(at-2):]))
		}
	}
	return devices
}

func (d *rowReader) voters(n int) []string {
	ends, total := make([]int, n), 0
	for i := range ends {
		total += int(d.UvarintAtMost(fact.MaxFolded))
		ends[i] = total
	}
	all := string(d.Take(total))
	if d.Failed {
		return nil
	}
	voters, begin := make([]string, n), 0
	for i, end := range ends {
		voters[i] = all[begin:end]
		begin = end
	}
	return voters
}
