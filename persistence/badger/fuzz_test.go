package badger

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
	return appendSeal(append([]byte{valueVersion}, body...), 0, key)
}

func body(value []byte) []byte { return value[1 : len(value)-sealSize] }

// refused wants ErrCorrupt for an error.
func refused(t *testing.T, err error) bool {
	t.Helper()
	if err != nil && !errors.Is(err, persistence.ErrCorrupt) {
		t.Fatalf("%v, want corrupt", err)
	}
	return err != nil
}

// FuzzUnseal: a byte that has rotted, in the key or in the value, and a value that is
// cut off are refused.
func FuzzUnseal(f *testing.F) {
	f.Add([]byte("s/session/7\x00\x00\x00\x00\x00\x00\x00\x00\x01"), []byte("records"), uint(3), byte(1))
	f.Add([]byte("f"), []byte{}, uint(0), byte(0x80))
	f.Add([]byte("m/key"), []byte{0, 0, 0, 0}, uint(11), byte(0xff))
	f.Fuzz(func(t *testing.T, key, data []byte, at uint, flip byte) {
		value := sealed(key, data)
		if got, err := unseal(key, value); err != nil || !bytes.Equal(got, data) {
			t.Fatalf("%q, %v, want %q", got, err, data)
		}
		if _, err := unseal(key, value[:at%uint(len(value))]); !errors.Is(err, persistence.ErrCorrupt) {
			t.Fatalf("cut off: %v", err)
		}
		both := append(bytes.Clone(key), value...)
		both[at%uint(len(both))] ^= flip | 1
		if _, err := unseal(both[:len(key)], both[len(key):]); !errors.Is(err, persistence.ErrCorrupt) {
			t.Fatalf("rotten: %v", err)
		}
	})
}

// FuzzFolder is what the folder says of itself. What a later format says is not known;
// its words must not do harm to a terminal.
func FuzzFolder(f *testing.F) {
	f.Add(byte(1), []byte{})
	f.Add(byte(2), []byte(`{"schema":2,"writer":"Partyline v1"}`))
	f.Add(byte(3), []byte(`{"schema":12,"writer":"\u001b[2J"}`))
	f.Add(byte(4), []byte{0xff})
	f.Fuzz(func(t *testing.T, format byte, data []byte) {
		value := appendSeal(append([]byte{format}, data...), 0, []byte(formatKey))
		got, err := parseFolder(value)
		if refused(t, err) {
			return
		}
		if !legible(got.Writer) || got.format != format || format <= folderFormat && got.Schema < firstSchema {
			t.Fatalf("%+v", got)
		}
		if err := got.known(&Options{Schema: 1}); (err == nil) != (format <= folderFormat && got.Schema == 1) {
			t.Fatalf("%+v: %v", got, err)
		}
		next, _ := got.raised(&Options{Schema: 7, Writer: "w"})
		if again, err := parseFolder(next.encode()); err != nil || again != next {
			t.Fatalf("%+v, %v, want %+v", again, err, next)
		}
	})
}

func FuzzEpochs(f *testing.F) {
	e := epochs{current: persistence.NewEpoch()}
	f.Add(body(e.encode()))
	e = e.branch(9, true)
	f.Add(body(e.encode()))
	f.Add([]byte(`{"id":"abcdefghijklmnop","adopted":true,"adoptedAt":5,"past":[{"id":"","through":3}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := parseEpochs(sealed([]byte(epochKey), data))
		if refused(t, err) {
			return
		}
		again, err := parseEpochs(got.encode())
		if d := cmp.Diff(got, again, cmp.AllowUnexported(epochs{}), cmpopts.EquateEmpty()); err != nil || d != "" {
			t.Fatalf("%v %s", err, d)
		}
		next := got.branch(persistence.Position(len(data)), true)
		if err := errors.Join(next.current.Check(), next.past.Check()); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzChunk(f *testing.F) {
	c := chunk{stream: "session/7", first: 5, position: 9, time: fuzzTime, count: 2}
	records := appendRecord(appendRecord(nil, []byte("one")), bytes.Repeat([]byte("vote"), 300))
	how, stored := pack(nil, records)
	f.Add(uint64(5), append(appendChunk(nil, &c, how)[1:], stored...))
	c.count = 1
	f.Add(uint64(5), appendRecord(appendChunk(nil, &c, plain)[1:], []byte("one")))
	f.Add(uint64(5), (&large{generation: 3, length: 1 << 20}).append(appendChunk(nil, &c, apart)[1:]))
	f.Fuzz(func(t *testing.T, first uint64, data []byte) {
		key := appendChunkKey(nil, "session/7", persistence.Seq(first))
		c, err := parseChunk("session/7", key, sealed(key, data))
		if refused(t, err) {
			return
		}
		if c.first != persistence.Seq(first) || c.last() < c.first || c.end() < c.position || len(c.records) > maxUnpacked {
			t.Fatalf("records %d to %d at %d to %d, %d bytes", c.first, c.last(), c.position, c.end(), len(c.records))
		}
		again, err := parseChunk("session/7", key, rewritten(key, &c))
		if d := cmp.Diff(c, again, cmp.AllowUnexported(chunk{}, large{})); err != nil || d != "" {
			t.Fatalf("%v, %s", err, d)
		}
		takeApart(t, &c)
	})
}

func rewritten(key []byte, c *chunk) []byte {
	how, stored := pack(nil, c.records)
	if c.large != nil {
		how, stored = apart, c.large.append(nil)
	}
	return appendSeal(append(appendChunk(nil, c, how), stored...), 0, key)
}

// takeApart cuts the records, which are never more than there are bytes for.
func takeApart(t *testing.T, c *chunk) {
	t.Helper()
	rest := c.records
	for range c.count {
		_, next, err := cut(rest)
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
	some := []chunk{{stream: "session/7", first: 5, count: 3}, {stream: "session/8", first: 1, count: 400}}
	f.Add(uint64(1), appendCommit(nil, fuzzTime, some)[1:])
	f.Add(uint64(900), appendCommit(nil, fuzzTime, some[:1])[1:])
	f.Add(uint64(math.MaxUint64), appendCommit(nil, fuzzTime, some)[1:])
	f.Add(uint64(1), appendCommit(nil, fuzzTime, []chunk{{stream: "s", first: 1}})[1:])
	f.Fuzz(func(t *testing.T, first uint64, data []byte) {
		key := appendIndexKey(nil, persistence.Position(first))
		c, err := parseCommit(key, sealed(key, data), nil)
		if refused(t, err) {
			return
		}
		next := persistence.Position(first)
		for _, ch := range c.chunks {
			if ch.position != next || ch.end() < ch.position || ch.last() < ch.first {
				t.Fatalf("%s: records %d to %d at %d to %d, want %d", ch.stream, ch.first, ch.last(), ch.position, ch.end(), next)
			}
			next = ch.end() + 1
		}
		value := appendSeal(appendCommit(nil, c.time, c.chunks), 0, key)
		again, err := parseCommit(key, value, nil)
		if d := cmp.Diff(c, again, cmp.AllowUnexported(commit{}, chunk{})); err != nil || d != "" {
			t.Fatalf("%v, %s", err, d)
		}
	})
}

// FuzzFixed are the values of which there is only one way to write them.
func FuzzFixed(f *testing.F) {
	f.Add(body((&manifest{generation: 1, seq: 9, version: 2, length: 300_000, sum: 7}).encode(nil)))
	f.Add(body(encodeMark(nil, 9)))
	f.Add(append(appendMemo(nil, fuzzTime, []byte(`{"answer":1}`))[1:], 0))
	f.Fuzz(func(t *testing.T, data []byte) {
		key, seal := []byte("key"), func(b []byte) []byte { return appendSeal(b, 0, []byte("key")) }
		value := sealed(key, data)
		m, err := parseManifest(key, value)
		if !refused(t, err) && (!bytes.Equal(m.encode(key), value) || m.length > persistence.MaxSnapshotBytes || m.parts() > persistence.MaxSnapshotBytes/partBytes) {
			t.Fatalf("manifest %+v", m)
		}
		through, err := parseMark(key, value)
		if !refused(t, err) && !bytes.Equal(encodeMark(key, through), value) {
			t.Fatalf("mark %d", through)
		}
		expires, memo, err := parseMemo(key, value)
		if !refused(t, err) && !bytes.Equal(seal(appendMemo(nil, expires, memo)), value) {
			t.Fatalf("memo %q until %s", memo, expires)
		}
	})
}

// FuzzUnpack also holds what it makes of a few bytes to its limit.
func FuzzUnpack(f *testing.F) {
	for _, records := range [][]byte{nil, []byte("a vote"), bytes.Repeat([]byte("votes"), 200), make([]byte, maxUnpacked+1)} {
		how, stored := pack(nil, records)
		f.Add(how, stored)
	}
	f.Add(byte(packed), []byte("\xff\xff\xff\xff\x0f")) // says that it is 4 GiB
	f.Fuzz(func(t *testing.T, how byte, stored []byte) {
		records, err := unpack(how, stored)
		if refused(t, err) {
			return
		}
		if how == packed && len(records) > maxUnpacked {
			t.Fatalf("%d bytes", len(records))
		}
		if again, err := unpack(pack(nil, records)); err != nil && len(records) <= maxUnpacked || err == nil && !bytes.Equal(again, records) {
			t.Fatalf("%d bytes, %v, want %d", len(again), err, len(records))
		}
		key := (&large{stream: "session/7", seq: 1, generation: 1}).pieceKey(0)
		piece, err := parsePiece(key, sealed(key, append([]byte{how}, stored...)))
		if err != nil || !bytes.Equal(piece, records) {
			t.Fatalf("as a part: %d bytes, %v, want %d", len(piece), err, len(records))
		}
	})
}

// FuzzKeys: what a key says is what it is made from.
func FuzzKeys(f *testing.F) {
	f.Add(appendChunkKey(nil, "session/7", 300))
	f.Add((&large{stream: "session/7", seq: 1, generation: 2}).pieceKey(3))
	f.Add(appendIndexKey(nil, 77))
	f.Add([]byte("s/\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, key []byte) {
		if stream, first, ok := splitChunkKey(key); ok && bytes.HasPrefix(key, []byte(streamPrefix)) && !bytes.Equal(appendChunkKey(nil, stream, first), key) {
			t.Errorf("%q: chunk %d of %q", key, first, stream)
		}
		if stream, seq, ok := splitPieceKey(key); ok && bytes.HasPrefix(key, []byte(piecePrefix)) &&
			!bytes.HasPrefix((&large{stream: stream, seq: seq, generation: generationOf(key)}).pieceKey(0), key[:len(key)-partNumberSize]) {
			t.Errorf("%q: part of %d of %q", key, seq, stream)
		}
		if first, ok := splitIndexKey(key); ok && bytes.HasPrefix(key, []byte(indexPrefix)) && !bytes.Equal(appendIndexKey(nil, first), key) {
			t.Errorf("%q: commit %d", key, first)
		}
	})
}
