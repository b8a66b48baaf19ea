package preflight

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"strconv"
	"testing"

	badgerdb "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
	"github.com/dgraph-io/badger/v4/table"
	"github.com/dgraph-io/badger/v4/y"

	"partyline/persistence"
	"partyline/persistence/badger/layout"
)

// appendWAL appends an entry as Badger writes it.
func appendWAL(b []byte, meta byte, key, value []byte, txn uint64) []byte {
	start := len(b)
	b = append(b, meta, 0)
	b = binary.AppendUvarint(b, uint64(len(key)+layout.NumberSize))
	b = binary.AppendUvarint(b, uint64(len(value)))
	b = binary.AppendUvarint(b, 0)
	b = append(append(b, y.KeyWithTs(key, txn)...), value...)
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b[start:], layout.Castagnoli))
}

// commitEntry is the index entry of a commit of one record.
func commitEntry(at persistence.Position) (key, value []byte) {
	key = layout.AppendIndexKey(nil, at)
	return key, layout.AppendChecksum(layout.AppendCommit(nil, fuzzTime, []layout.Chunk{{Stream: "s", First: persistence.Seq(at), Count: 1}}), 0, key)
}

// walOf is a log, behind its header, of n commits of one record each.
func walOf(n int) (b []byte) {
	for i := range n {
		at, txn := persistence.Position(i+1), uint64(i+3)
		b = appendWAL(b, metaInTxn, layout.AppendChunkKey(nil, "s", persistence.Seq(at)), []byte("chunk"), txn)
		key, value := commitEntry(at)
		b = appendWAL(b, metaInTxn, key, value, txn)
		b = appendWAL(b, metaEndOfTxn, []byte("!badger!txn"), strconv.AppendUint(nil, txn, 10), txn)
	}
	return b
}

// commitsIn also tells where the last whole transaction ends.
func commitsIn(t *testing.T, log []byte) (firsts []persistence.Position, end int64) {
	t.Helper()
	s := &logReader{in: bufio.NewReader(bytes.NewReader(log))}
	refused(t, s.commits(func(c *layout.Commit) error {
		firsts = append(firsts, c.First)
		return nil
	}))
	return firsts, s.end
}

// FuzzWAL: of a log in which a byte has rotted, the commits before it are read and none
// behind it; so the watermark says that some are missing.
func FuzzWAL(f *testing.F) {
	f.Add(uint8(1), uint(0), byte(1))
	f.Add(uint8(3), uint(60), byte(0x80))
	f.Add(uint8(9), uint(600), byte(2))
	f.Fuzz(func(t *testing.T, n uint8, at uint, flip byte) {
		log := walOf(int(n%16) + 1)
		all, end := commitsIn(t, log)
		if len(all) != int(n%16)+1 || end != int64(len(log)) {
			t.Fatalf("%v, to byte %d of %d", all, end, len(log))
		}
		at %= uint(len(log))
		before, _ := commitsIn(t, log[:at])
		log[at] ^= flip | 1
		if got, end := commitsIn(t, log); !slices.Equal(got, before) || len(got) == len(all) || end > int64(at) {
			t.Fatalf("byte %d: %v to byte %d, want %v", at, got, end, before)
		}
	})
}

// FuzzWALGarbage: what is no log ends where Badger would stop, and never behind its end.
func FuzzWALGarbage(f *testing.F) {
	f.Add(walOf(2))
	f.Add(append(walOf(1), "\x40\x00\xff\xff\x03\xff\xff\x3f\x00rest"...)) // says that it is a MiB
	f.Add(appendWAL(nil, metaInTxn, layout.AppendIndexKey(nil, 1), []byte("no commit"), 3))
	f.Add(appendWAL(nil, 0, []byte("k"), nil, 3))
	f.Fuzz(func(t *testing.T, log []byte) {
		if _, end := commitsIn(t, log); end > int64(len(log)) {
			t.Fatalf("ends at %d of %d", end, len(log))
		}
	})
}

// smallTable is one that Badger has built, of twenty commits in several blocks.
func smallTable() ([]byte, table.Options) {
	o := table.Options{TableSize: 1 << 20, BlockSize: 256, BloomFalsePositive: 0.01, Compression: options.None, ChkMode: options.NoVerification}
	b := table.NewTableBuilder(o)
	defer b.Close()
	for at := persistence.Position(1); at <= 20; at++ {
		key, value := commitEntry(at)
		b.Add(y.KeyWithTs(key, uint64(at)), y.ValueStruct{Value: value}, 0)
	}
	return b.Finish(), table.Options{BlockSize: badgerdb.DefaultOptions("").BlockSize, Compression: options.None}
}

// FuzzTable: a table in which a byte has rotted or that is cut off is refused, and the
// process lives on.
func FuzzTable(f *testing.F) {
	whole, o := smallTable()
	for _, at := range []int{0, 300, len(whole) - 1, len(whole) - 4, len(whole) - 12, len(whole) - 40} {
		f.Add(uint(at), byte(1))
	}
	f.Fuzz(func(t *testing.T, at uint, flip byte) {
		data := slices.Clone(whole)
		if last, err := verifyTable(data, 1, o); err != nil || last != 20 {
			t.Fatalf("%d, %v", last, err)
		}
		at %= uint(len(data))
		if last, err := verifyTable(slices.Clone(data[:at]), 1, o); err == nil {
			t.Fatalf("cut off at %d: to position %d", at, last)
		}
		data[at] ^= flip | 1
		// One bit of a checksum's name may mean the same.
		if last, err := verifyTable(data, 1, o); err == nil && last != 20 {
			t.Fatalf("byte %d: to position %d", at, last)
		}
	})
}
