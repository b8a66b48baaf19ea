package layout

import (
	"bytes"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"partyline/persistence"
)

// The values of the database: whatever the bytes, reading one ends without a panic and
// with ErrCorrupt or something that is written as it was read. A seal that fits is given
// to what is to be read, or nothing would ever get past it.

var fuzzTime = time.UnixMilli(1705320000000).UTC()

func sealed(key, body []byte) []byte {
	return AppendChecksum(append([]byte{ValueVersion}, body...), 0, key)
}

func body(value []byte) []byte { return value[1 : len(value)-ChecksumSize] }

// refused wants ErrCorrupt for an error.
func refused(t *testing.T, err error) bool {
	t.Helper()
	if err != nil && !errors.Is(err, persistence.ErrCorrupt) {
		t.Fatalf("%v, want corrupt", err)
	}
	return err != nil
}

// FuzzVerifyValue: a byte that has rotted, in the key or in the value, and a value that is
// cut off are refused.
func FuzzVerifyValue(f *testing.F) {
	f.Add([]byte("s/session/7\x00\x00\x00\x00\x00\x00\x00\x00\x01"), []byte("records"), uint(3), byte(1))
	f.Add([]byte("f"), []byte{}, uint(0), byte(0x80))
	f.Add([]byte("m/key"), []byte{0, 0, 0, 0}, uint(11), byte(0xff))
	f.Fuzz(func(t *testing.T, key, data []byte, at uint, flip byte) {
		value := sealed(key, data)
		if got, err := verifyValue(key, value); err != nil || !bytes.Equal(got, data) {
			t.Fatalf("%q, %v, want %q", got, err, data)
		}
		if _, err := verifyValue(key, value[:at%uint(len(value))]); !errors.Is(err, persistence.ErrCorrupt) {
			t.Fatalf("cut off: %v", err)
		}
		both := append(bytes.Clone(key), value...)
		both[at%uint(len(both))] ^= flip | 1
		if _, err := verifyValue(both[:len(key)], both[len(key):]); !errors.Is(err, persistence.ErrCorrupt) {
			t.Fatalf("rotten: %v", err)
		}
	})
}

// FuzzFolderFormat is what the folder says of itself. What a later format says is not known;
// its words must not do harm to a terminal.
func FuzzFolderFormat(f *testing.F) {
	f.Add(byte(1), []byte{})
	f.Add(byte(2), []byte(`{"schema":2,"writer":"Partyline v1"}`))
	f.Add(byte(3), []byte(`{"schema":12,"writer":"\u001b[2J"}`))
	f.Add(byte(4), []byte{0xff})
	f.Fuzz(func(t *testing.T, format byte, data []byte) {
		value := AppendChecksum(append([]byte{format}, data...), 0, []byte(FormatKey))
		got, err := ParseFolderFormat(value)
		if refused(t, err) {
			return
		}
		if !printable(got.Writer) || got.Format != format || format <= CurrentFormat && got.Schema < FirstSchema {
			t.Fatalf("%+v", got)
		}
		if err := got.CheckReadable(1); (err == nil) != (format <= CurrentFormat && got.Schema == 1) {
			t.Fatalf("%+v: %v", got, err)
		}
		next, _ := got.Upgraded(7, "w")
		if again, err := ParseFolderFormat(next.Encode()); err != nil || again != next {
			t.Fatalf("%+v, %v, want %+v", again, err, next)
		}
	})
}

func FuzzEpochs(f *testing.F) {
	e := Epochs{Current: persistence.NewEpoch()}
	f.Add(body(e.Encode()))
	e = e.Restored(9, true)
	f.Add(body(e.Encode()))
	f.Add([]byte(`{"id":"abcdefghijklmnop","adopted":true,"adoptedAt":5,"past":[{"id":"","through":3}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := ParseEpochs(sealed([]byte(EpochKey), data))
		if refused(t, err) {
			return
		}
		again, err := ParseEpochs(got.Encode())
		if d := cmp.Diff(got, again, cmp.AllowUnexported(Epochs{}), cmpopts.EquateEmpty()); err != nil || d != "" {
			t.Fatalf("%v %s", err, d)
		}
		next := got.Restored(persistence.Position(len(data)), true)
		if err := errors.Join(next.Current.Check(), next.past.Check()); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzChunk(f *testing.F) {
	c := Chunk{Stream: "session/7", First: 5, Position: 9, Time: fuzzTime, Count: 2}
	records := AppendRecord(AppendRecord(nil, []byte("one")), bytes.Repeat([]byte("vote"), 300))
	how, stored := Compress(nil, records)
	f.Add(uint64(5), append(AppendChunk(nil, &c, how)[1:], stored...))
	c.Count = 1
	f.Add(uint64(5), AppendRecord(AppendChunk(nil, &c, storedPlain)[1:], []byte("one")))
	f.Add(uint64(5), (&LargeRecord{Generation: 3, Length: 1 << 20}).AppendReference(AppendChunk(nil, &c, StoredInParts)[1:]))
	f.Fuzz(func(t *testing.T, first uint64, data []byte) {
		key := AppendChunkKey(nil, "session/7", persistence.Seq(first))
		c, err := ParseChunk("session/7", key, sealed(key, data))
		if refused(t, err) {
			return
		}
		if c.First != persistence.Seq(first) || c.Last() < c.First || c.End() < c.Position || len(c.Records) > maxDecompressedBytes {
			t.Fatalf("records %d to %d at %d to %d, %d bytes", c.First, c.Last(), c.Position, c.End(), len(c.Records))
		}
		again, err := ParseChunk("session/7", key, rewritten(key, &c))
		if d := cmp.Diff(c, again, cmp.AllowUnexported(Chunk{}, LargeRecord{})); err != nil || d != "" {
			t.Fatalf("%v, %s", err, d)
		}
		takeApart(t, &c)
	})
}

func rewritten(key []byte, c *Chunk) []byte {
	how, stored := Compress(nil, c.Records)
	if c.Large != nil {
		how, stored = StoredInParts, c.Large.AppendReference(nil)
	}
	return AppendChecksum(append(AppendChunk(nil, c, how), stored...), 0, key)
}

// takeApart cuts the records, which are never more than there are bytes for.
func takeApart(t *testing.T, c *Chunk) {
	t.Helper()
	rest := c.Records
	for range c.Count {
		_, next, err := NextRecord(rest)
		if refused(t, err) {
			return
		}
		if len(next) >= len(rest) {
			t.Fatalf("%d bytes are left of %d", len(next), len(rest))
		}
		rest = next
	}
}

func FuzzCommit(f *testing.F) {
	some := []Chunk{{Stream: "session/7", First: 5, Count: 3}, {Stream: "session/8", First: 1, Count: 400}}
	f.Add(uint64(1), AppendCommit(nil, fuzzTime, some)[1:])
	f.Add(uint64(900), AppendCommit(nil, fuzzTime, some[:1])[1:])
	f.Add(uint64(math.MaxUint64), AppendCommit(nil, fuzzTime, some)[1:])
	f.Add(uint64(1), AppendCommit(nil, fuzzTime, []Chunk{{Stream: "s", First: 1}})[1:])
	f.Fuzz(func(t *testing.T, first uint64, data []byte) {
		key := AppendIndexKey(nil, persistence.Position(first))
		c, err := ParseCommit(key, sealed(key, data), nil)
		if refused(t, err) {
			return
		}
		next := persistence.Position(first)
		for _, ch := range c.Chunks {
			if ch.Position != next || ch.End() < ch.Position || ch.Last() < ch.First {
				t.Fatalf("%s: records %d to %d at %d to %d, want %d", ch.Stream, ch.First, ch.Last(), ch.Position, ch.End(), next)
			}
			next = ch.End() + 1
		}
		value := AppendChecksum(AppendCommit(nil, c.Time, c.Chunks), 0, key)
		again, err := ParseCommit(key, value, nil)
		if d := cmp.Diff(c, again, cmp.AllowUnexported(Commit{}, Chunk{})); err != nil || d != "" {
			t.Fatalf("%v, %s", err, d)
		}
	})
}

// FuzzFixed are the values of which there is only one way to write them.
func FuzzFixed(f *testing.F) {
	f.Add(body((&Manifest{Generation: 1, Seq: 9, Version: 2, Length: 300_000, Sum: 7}).Encode(nil)))
	f.Add(body(EncodeTrimMark(nil, 9)))
	f.Add(append(AppendMemo(nil, fuzzTime, []byte(`{"answer":1}`))[1:], 0))
	f.Fuzz(func(t *testing.T, data []byte) {
		key, seal := []byte("key"), func(b []byte) []byte { return AppendChecksum(b, 0, []byte("key")) }
		value := sealed(key, data)
		m, err := ParseManifest(key, value)
		if !refused(t, err) && (!bytes.Equal(m.Encode(key), value) || m.Length > persistence.MaxSnapshotBytes || m.Parts() > persistence.MaxSnapshotBytes/PartBytes) {
			t.Fatalf("manifest %+v", m)
		}
		through, err := ParseTrimMark(key, value)
		if !refused(t, err) && !bytes.Equal(EncodeTrimMark(key, through), value) {
			t.Fatalf("mark %d", through)
		}
		expires, memo, err := ParseMemo(key, value)
		if !refused(t, err) && !bytes.Equal(seal(AppendMemo(nil, expires, memo)), value) {
			t.Fatalf("memo %q until %s", memo, expires)
		}
	})
}

// FuzzDecompress also holds what it makes of a few bytes to its limit.
func FuzzDecompress(f *testing.F) {
	for _, records := range [][]byte{nil, []byte("a vote"), bytes.Repeat([]byte("votes"), 200), make([]byte, maxDecompressedBytes+1)} {
		how, stored := Compress(nil, records)
		f.Add(how, stored)
	}
	f.Add(byte(storedS2), []byte("\xff\xff\xff\xff\x0f")) // says that it is 4 GiB
	f.Fuzz(func(t *testing.T, how byte, stored []byte) {
		records, err := decompress(how, stored)
		if refused(t, err) {
			return
		}
		if how == storedS2 && len(records) > maxDecompressedBytes {
			t.Fatalf("%d bytes", len(records))
		}
		if again, err := decompress(Compress(nil, records)); err != nil && len(records) <= maxDecompressedBytes || err == nil && !bytes.Equal(again, records) {
			t.Fatalf("%d bytes, %v, want %d", len(again), err, len(records))
		}
		key := (&LargeRecord{Stream: "session/7", Seq: 1, Generation: 1}).PartKey(0)
		part, err := ParseRecordPart(key, sealed(key, append([]byte{how}, stored...)))
		if err != nil || !bytes.Equal(part, records) {
			t.Fatalf("as a part: %d bytes, %v, want %d", len(part), err, len(records))
		}
	})
}

// FuzzKeys: what a key says is what it is made from.
func FuzzKeys(f *testing.F) {
	f.Add(AppendChunkKey(nil, "session/7", 300))
	f.Add((&LargeRecord{Stream: "session/7", Seq: 1, Generation: 2}).PartKey(3))
	f.Add(AppendIndexKey(nil, 77))
	f.Add([]byte("s/\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, key []byte) {
		if stream, first, ok := SplitChunkKey(key); ok && bytes.HasPrefix(key, []byte(StreamPrefix)) && !bytes.Equal(AppendChunkKey(nil, stream, first), key) {
			t.Errorf("%q: chunk %d of %q", key, first, stream)
		}
		if stream, seq, ok := SplitRecordPartKey(key); ok && bytes.HasPrefix(key, []byte(RecordPartPrefix)) &&
			!bytes.HasPrefix((&LargeRecord{Stream: stream, Seq: seq, Generation: GenerationOf(key)}).PartKey(0), key[:len(key)-PartNumberSize]) {
			t.Errorf("%q: part of %d of %q", key, seq, stream)
		}
		if first, ok := SplitIndexKey(key); ok && bytes.HasPrefix(key, []byte(IndexPrefix)) && !bytes.Equal(AppendIndexKey(nil, first), key) {
			t.Errorf("%q: commit %d", key, first)
		}
	})
}

// FuzzTableValue is an entry of a table, plain or compressed.
func FuzzTableValue(f *testing.F) {
	f.Add([]byte("short"), []byte{0, 'x'})
	f.Add(bytes.Repeat([]byte("long"), 1000), []byte{1, 0xff, 0xff, 0xff, 0x7f})
	f.Add([]byte{}, []byte{9})
	f.Fuzz(func(t *testing.T, value, stored []byte) {
		if len(value) > persistence.MaxTableValue {
			return
		}
		key := AppendTableKey(nil, "votes", []byte("k"))
		if got, err := ParseTableValue(key, AppendTableValue(nil, key, value, nil)); err != nil || !bytes.Equal(got, value) {
			t.Fatalf("%d bytes were read as %d, %v", len(value), len(got), err)
		}
		_, err := ParseTableValue(key, sealed(key, stored))
		refused(t, err)
	})
}
