package layout

import (
	"encoding/binary"
	"math"

	"partyline/persistence"
)

// Prefixes of the key spaces; see the package comment.
const (
	FormatKey          = "f"
	EpochKey           = "e"
	StreamPrefix       = "s/"
	IndexPrefix        = "g/"
	TablePrefix        = "i/"
	MemoPrefix         = "m/"
	ManifestPrefix     = "n/"
	SnapshotPartPrefix = "p/"
	RecordPartPrefix   = "r/"
	TrimMarkPrefix     = "t/"
)

// MaxValueBytes is the most Badger allows for a value that stays out of its value log, and
// above the largest value there is: a chunk of one append.
const MaxValueBytes = 1 << 20

// NumberSize is the length of a number at the end of a key.
const NumberSize = 8

// AppendStreamPrefix appends what all chunk keys of a stream begin with. Names hold no
// zero byte, so no other stream's keys begin with it.
func AppendStreamPrefix(b []byte, stream string) []byte {
	b = append(b, StreamPrefix...)
	b = append(b, stream...)
	return append(b, 0)
}

// AppendChunkKey appends the key of the chunk that begins with a sequence.
func AppendChunkKey(b []byte, stream string, first persistence.Seq) []byte {
	return binary.BigEndian.AppendUint64(AppendStreamPrefix(b, stream), uint64(first))
}

// SplitChunkKey is the reverse of AppendChunkKey.
func SplitChunkKey(key []byte) (stream string, first persistence.Seq, ok bool) {
	end := len(key) - NumberSize - 1
	if end <= len(StreamPrefix) || key[end] != 0 {
		return "", 0, false
	}
	return string(key[len(StreamPrefix):end]), persistence.Seq(binary.BigEndian.Uint64(key[end+1:])), true
}

// AppendRecordPartsPrefix appends what all parts of a large record begin with; generation
// and number follow.
func AppendRecordPartsPrefix(b []byte, stream string, seq persistence.Seq) []byte {
	return binary.BigEndian.AppendUint64(append(b, RecordPartsPrefix(stream)...), uint64(seq))
}

// RecordPartsPrefix is what the parts of all large records of a stream begin with.
func RecordPartsPrefix(stream string) []byte { return []byte(RecordPartPrefix + stream + "\x00") }

// SplitRecordPartKey returns the record that a part belongs to.
func SplitRecordPartKey(key []byte) (stream string, seq persistence.Seq, ok bool) {
	end := len(key) - PartNumberSize - 2*NumberSize - 1
	if end <= len(RecordPartPrefix) || key[end] != 0 {
		return "", 0, false
	}
	return string(key[len(RecordPartPrefix):end]), persistence.Seq(binary.BigEndian.Uint64(key[end+1:])), true
}

// AppendIndexKey appends the key of the index entry of the commit that begins with a
// position.
func AppendIndexKey(b []byte, first persistence.Position) []byte {
	return binary.BigEndian.AppendUint64(append(b, IndexPrefix...), uint64(first))
}

// SplitIndexKey is the reverse of AppendIndexKey.
func SplitIndexKey(key []byte) (first persistence.Position, ok bool) {
	if len(key) != len(IndexPrefix)+NumberSize {
		return 0, false
	}
	return persistence.Position(binary.BigEndian.Uint64(key[len(IndexPrefix):])), true
}

// AppendMemoKey appends the key of a memo.
func AppendMemoKey(b []byte, key string) []byte {
	return append(append(b, MemoPrefix...), key...)
}

// AppendTableKey appends the key of a table's entry. Names hold no zero byte, so no other
// table's keys begin with what all keys of this one begin with.
func AppendTableKey(b []byte, table string, key []byte) []byte {
	b = append(b, TablePrefix...)
	b = append(b, table...)
	return append(append(b, 0), key...)
}

// TrimMarkKey is the key of a stream's trim mark.
func TrimMarkKey(stream string) []byte { return []byte(TrimMarkPrefix + stream) }

// ManifestKey is the key of the manifest of a stream's snapshot.
func ManifestKey(stream string) []byte { return []byte(ManifestPrefix + stream) }

// SnapshotPartsPrefix is what the parts of all generations of a stream's snapshot begin
// with.
func SnapshotPartsPrefix(stream string) []byte { return []byte(SnapshotPartPrefix + stream + "\x00") }

// SnapshotPartKey is the key of a part of a stream's snapshot.
func SnapshotPartKey(stream string, generation uint64, part int) []byte {
	b := binary.BigEndian.AppendUint64(SnapshotPartsPrefix(stream), generation)
	return binary.BigEndian.AppendUint32(b, uint32(part))
}

const (
	MaxSeq      persistence.Seq      = math.MaxUint64
	MaxPosition persistence.Position = math.MaxUint64
)
