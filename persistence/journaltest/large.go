package journaltest

import (
	"errors"
	"hash/crc32"
	"iter"
	"math/rand/v2"
	"testing"
	"time"

	"partyline/persistence"
	"partyline/persistence/committer"
)

// largeSizes are the least large record, one that ends with a part of whatever size a
// store takes, one that does not, and the largest.
var largeSizes = []int{persistence.MaxAppendBytes + 1, 1 << 20, 3<<20 + 12_345, persistence.MaxRecordBytes}

// incompressible is a record of the size that no compression makes smaller.
func incompressible(seed uint64, size int) []byte {
	b := make([]byte, size)
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)})
	_, _ = r.Read(b) // never fails
	return b
}

// sized is what a read is held against: where, how long, and the sum of its bytes.
type sized struct {
	stream string
	seq    persistence.Seq
	size   int
	sum    uint32
}

func sizedOf(stream string, seq persistence.Seq, data []byte) sized {
	return sized{stream, seq, len(data), crc32.ChecksumIEEE(data)}
}

func sizes(t testing.TB, records func(func(persistence.Record, error) bool)) (got []sized) {
	t.Helper()
	for r, err := range records {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, sizedOf(r.Stream, r.Seq, r.Data))
	}
	return got
}

// first are the first n records.
func first(n int, records iter.Seq2[persistence.Record, error]) iter.Seq2[persistence.Record, error] {
	return func(yield func(persistence.Record, error) bool) {
		left := n
		for r, err := range records {
			if left--; !yield(r, err) || left == 0 {
				return
			}
		}
	}
}

func wantSizes(t testing.TB, what string, got, want []sized) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d records, want %d", what, len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%s: record %d is %+v, want %+v", what, i, got[i], want[i])
		}
	}
}

// large queues large records among small ones, without waiting, and reads them all
// ways, also after reopening.
func large(t *testing.T, h Harness) {
	var want []sized
	var done []<-chan persistence.Outcome
	for i, size := range largeSizes {
		for _, data := range [][]byte{[]byte("before"), incompressible(uint64(i), size), []byte("after")} {
			seq := persistence.Seq(len(want))
			want = append(want, sizedOf("a", seq+1, data))
			a := persistence.Append{Stream: "a", Expected: seq, Records: [][]byte{data}}
			if len(data) > persistence.MaxAppendBytes {
				a.Memo = &persistence.Memo{Key: "k", Value: []byte{byte(i)}, TTL: time.Hour}
			}
			done = append(done, Send(h.Journal, a))
			done = append(done, Send(h.Journal, persistence.Append{Stream: "b", Expected: seq, Records: Payloads("b", seq, 1)}))
		}
	}
	for i, d := range done {
		if o := Wait(t, d); o.Err != nil || o.Last != persistence.Seq(i/2+1) {
			t.Fatalf("append %d: %+v", i, o)
		}
	}
	wantMemo(t, h.Journal, "k", string([]byte{byte(len(largeSizes) - 1)}), true)
	readLarge(t, h.Journal, want)
	if h.Reopen != nil {
		readLarge(t, h.Reopen(), want)
	}
}

func readLarge(t *testing.T, j persistence.Journal, want []sized) {
	t.Helper()
	wantSizes(t, "read", sizes(t, j.Read(t.Context(), "a", 0)), want)
	for after := 1; after < len(want); after++ { // what follows is read as it was before
		next := want[after:min(after+2, len(want))]
		wantSizes(t, "read on", sizes(t, first(len(next), j.Read(t.Context(), "a", persistence.Seq(after)))), next)
	}
	back := sizes(t, j.ReadBack(t.Context(), "a", 0))
	for i, w := range want {
		if got := back[len(back)-1-i]; got != w {
			t.Fatalf("back: %+v, want %+v", got, w)
		}
	}
	all := map[string][]sized{}
	for _, r := range sizes(t, j.ReadAll(t.Context(), 0)) {
		all[r.stream] = append(all[r.stream], r)
	}
	wantSizes(t, "all", all["a"], want)
	if len(all["b"]) != len(want) {
		t.Fatalf("%d records of the neighbour, want %d", len(all["b"]), len(want))
	}
}

// largeConflicts: a stale writer's large record does not change the one in its place.
func largeConflicts(t *testing.T, h Harness) {
	kept := incompressible(1, largeSizes[1])
	for _, a := range []persistence.Append{
		{Records: [][]byte{kept}}, {Records: [][]byte{incompressible(2, largeSizes[1])}}, {Expected: 2, Records: [][]byte{incompressible(3, largeSizes[1])}},
	} {
		a.Stream = "a"
		if o := Wait(t, Send(h.Journal, a)); errors.Is(o.Err, persistence.ErrConflict) == (&a.Records[0][0] == &kept[0]) {
			t.Fatalf("behind %d: %v", a.Expected, o.Err)
		}
	}
	wantSizes(t, "read", sizes(t, h.Journal.Read(t.Context(), "a", 0)), []sized{sizedOf("a", 1, kept)})
	Write(t, h.Journal, "a", 1, 1)
}

// largeTrimmed trims large records one by one; what is kept stays readable.
func largeTrimmed(t *testing.T, h Harness) {
	j := h.Journal
	var want []sized
	for i := range persistence.Seq(4) {
		data := incompressible(uint64(i), largeSizes[0]+int(i))
		if i == 2 {
			data = []byte("small")
		}
		if o := Wait(t, Send(j, persistence.Append{Stream: "a", Expected: i, Records: [][]byte{data}})); o.Err != nil {
			t.Fatal(o.Err)
		}
		want = append(want, sizedOf("a", i+1, data))
	}
	for through := range persistence.Seq(5) {
		trim(t, j, "a", through)
		if h.Reopen != nil && through%2 == 1 {
			j = h.Reopen()
		}
		wantSizes(t, "read", sizes(t, j.Read(t.Context(), "a", 0)), want[through:])
		wantSizes(t, "all", sizes(t, j.ReadAll(t.Context(), 0)), want[through:])
	}
	Write(t, j, "a", 4, 1)
	j.Close()
}

// largeDamaged reads around a damaged large record.
func largeDamaged(t *testing.T, h Harness) {
	j := h.Journal
	Write(t, j, "a", 0, 1)
	if o := Wait(t, Send(j, persistence.Append{Stream: "a", Expected: 1, Records: [][]byte{incompressible(1, largeSizes[2])}})); o.Err != nil {
		t.Fatal(o.Err)
	}
	Write(t, j, "a", 2, 1)
	h.Damage("a", 2)
	got, damages := readPastDamage(t, j, 0)
	if len(got) != 2 || len(damages) != 1 || damages[0].First != 2 || damages[0].Last != 2 || damages[0].FirstPosition != 2 {
		t.Fatalf("%d records, damages %v", len(got), damages)
	}
	wantCorrupt(t, "read", j.Read(t.Context(), "a", 0), 1)
	wantCorrupt(t, "back", j.ReadBack(t.Context(), "a", 0), 1)
	Write(t, j, "a", 3, 1)
}

// failedParts fails a part, then the commit after the parts: nothing of either is there,
// and the third attempt is whole.
func failedParts(t *testing.T, open Open) {
	staging := 0
	j := open(t, committer.Faults{BeforeCommit: failOn(2), BeforePart: func(int) error {
		if staging++; staging == 1 {
			return errDiskFault
		}
		return nil
	}}).Journal
	defer j.Close()
	Write(t, j, "a", 0, 1)
	for i := range uint64(2) {
		o := Wait(t, Send(j, persistence.Append{Stream: "a", Expected: 1, Records: [][]byte{incompressible(i, largeSizes[2])},
			Memo: &persistence.Memo{Key: "k", Value: []byte("v"), TTL: time.Hour}}))
		if !errors.Is(o.Err, persistence.ErrUnavailable) || !errors.Is(o.Err, errDiskFault) {
			t.Fatalf("attempt %d: %v, want unavailable because of the sick disk", i, o.Err)
		}
		if j.Head() != 1 || lastOf(t, j, "a") != 1 {
			t.Fatalf("head %d, last %d: the failed attempt left something", j.Head(), lastOf(t, j, "a"))
		}
		wantMemo(t, j, "k", "", false)
	}
	data := incompressible(9, largeSizes[2])
	if o := Wait(t, Send(j, persistence.Append{Stream: "a", Expected: 1, Records: [][]byte{data}})); o.Err != nil {
		t.Fatal(o.Err)
	}
	wantSizes(t, "read", sizes(t, j.Read(t.Context(), "a", 1)), []sized{sizedOf("a", 2, data)})
}

// unknownLarge fails a commit that is on disk all the same: the record is there, and the
// same one sent again is a conflict that does not change it.
func unknownLarge(t *testing.T, open Open) {
	j := open(t, committer.Faults{AfterCommit: failOn(1)}).Journal
	defer j.Close()
	data := incompressible(1, largeSizes[2])
	if o := Wait(t, Send(j, persistence.Append{Stream: "a", Records: [][]byte{data}})); !errors.Is(o.Err, persistence.ErrUnavailable) {
		t.Fatalf("%v, want unavailable", o.Err)
	}
	if o := Wait(t, Send(j, persistence.Append{Stream: "a", Records: [][]byte{incompressible(2, largeSizes[2])}})); !errors.Is(o.Err, persistence.ErrConflict) {
		t.Fatalf("%v, want a conflict", o.Err)
	}
	wantSizes(t, "read", sizes(t, j.Read(t.Context(), "a", 0)), []sized{sizedOf("a", 1, data)})
	Write(t, j, "a", 1, 1)
}
