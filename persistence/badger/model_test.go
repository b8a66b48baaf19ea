package badger_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"partyline/persistence"
	"partyline/persistence/badger"
)

// model is the plainest journal there is, beside the real one.
type model struct {
	dir     string
	tail    int
	journal *badger.Journal
	streams map[string][][]byte
	trimmed map[string]int
	total   int
	memos   map[string]string
	shots   map[string]persistence.Snapshot
}

var modelStreams = []string{"a", "a/b", "session/1", "session/10"}

// TestJournalAgainstModel does whatever comes to mind and compares every answer.
func TestJournalAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newModel(t)
		defer m.close()
		t.Repeat(map[string]func(*rapid.T){
			"append":   m.append,
			"pipeline": m.pipeline,
			"conflict": m.conflict,
			"read":     m.read,
			"back":     m.back,
			"all":      m.all,
			"trim":     m.trim,
			"memo":     m.memo,
			"snapshot": m.snapshot,
			"reopen":   m.reopen,
			"":         m.check,
		})
		if _, err := m.journal.Verify(t.Context(), func(f badger.Fault) { t.Errorf("fault: %+v", f) }); err != nil {
			t.Fatal(err)
		}
	})
}

func newModel(t *rapid.T) *model {
	dir, err := os.MkdirTemp("", "model-*")
	if err != nil {
		t.Fatal(err)
	}
	m := &model{
		dir:     dir,
		tail:    rapid.SampledFrom([]int{1, 20_000, badger.DefaultTailBytes}).Draw(t, "tail"),
		streams: map[string][][]byte{},
		trimmed: map[string]int{},
		memos:   map[string]string{},
		shots:   map[string]persistence.Snapshot{},
	}
	m.open(t)
	return m
}

func (m *model) open(t *rapid.T) {
	j, err := badger.Open(badger.Options{Dir: m.dir, TailBytes: m.tail})
	if err != nil {
		t.Fatal(err)
	}
	m.journal = j
}

func (m *model) close() {
	m.journal.Close()
	os.RemoveAll(m.dir)
}

// records are few small ones, many, some large enough for several chunks, or one that
// is large for itself.
func (m *model) records(t *rapid.T, stream string) [][]byte {
	count, size := 1, 10
	switch rapid.IntRange(0, 9).Draw(t, "kind") / 2 {
	case 0:
		count = rapid.IntRange(1, 300).Draw(t, "count")
	case 1:
		count, size = rapid.IntRange(1, 7).Draw(t, "count"), rapid.IntRange(1, 70_000).Draw(t, "size")
	case 2:
		size = rapid.SampledFrom([]int{persistence.MaxAppendBytes, 700_000}).Draw(t, "large")
	}
	records := make([][]byte, count)
	for i := range records {
		text := fmt.Sprintf("%s %d ", stream, len(m.streams[stream])+i)
		records[i] = append([]byte(text), bytes.Repeat([]byte{'x'}, size)...)
	}
	return records
}

func (m *model) accept(stream string, records [][]byte) {
	m.streams[stream] = append(m.streams[stream], records...)
	m.total += len(records)
}

func (m *model) append(t *rapid.T) {
	stream := rapid.SampledFrom(modelStreams).Draw(t, "stream")
	records := m.records(t, stream)
	o := <-send(m.journal, persistence.Append{Stream: stream, Expected: m.last(stream), Records: records})
	m.accept(stream, records)
	if o.Err != nil || o.Last != m.last(stream) || int(o.Position) != m.total {
		t.Fatalf("%+v, want %d at %d", o, m.last(stream), m.total)
	}
}

func (m *model) pipeline(t *rapid.T) {
	var done []<-chan persistence.Outcome
	for range rapid.IntRange(2, 20).Draw(t, "appends") {
		stream := rapid.SampledFrom(modelStreams).Draw(t, "stream")
		records := m.records(t, stream)
		done = append(done, send(m.journal, persistence.Append{Stream: stream, Expected: m.last(stream), Records: records}))
		m.accept(stream, records)
	}
	for _, d := range done {
		if o := <-d; o.Err != nil {
			t.Fatal(o.Err)
		}
	}
}

func (m *model) conflict(t *rapid.T) {
	stream := rapid.SampledFrom(modelStreams).Draw(t, "stream")
	wrong := m.last(stream) + persistence.Seq(rapid.IntRange(1, 5).Draw(t, "off"))
	o := <-send(m.journal, persistence.Append{Stream: stream, Expected: wrong, Records: [][]byte{[]byte("wrong")}})
	if !errors.Is(o.Err, persistence.ErrConflict) {
		t.Fatalf("%v, want a conflict", o.Err)
	}
}

func (m *model) read(t *rapid.T) {
	stream := rapid.SampledFrom(modelStreams).Draw(t, "stream")
	after := rapid.IntRange(0, len(m.streams[stream])+1).Draw(t, "after")
	want := m.streams[stream][max(m.trimmed[stream], min(after, len(m.streams[stream]))):]
	compare(t, m.journal.Read(t.Context(), stream, persistence.Seq(after)), want)
}

func (m *model) back(t *rapid.T) {
	stream := rapid.SampledFrom(modelStreams).Draw(t, "stream")
	before := rapid.IntRange(0, len(m.streams[stream])+2).Draw(t, "before")
	want := slices.Clone(m.streams[stream])
	if before > 0 {
		want = want[:min(before-1, len(want))]
	}
	want = want[min(m.trimmed[stream], len(want)):]
	slices.Reverse(want)
	compare(t, m.journal.ReadBack(t.Context(), stream, persistence.Seq(before)), want)
}

// all holds the global order against the streams: it must be a shuffle of them that
// keeps each in order, without what is trimmed.
func (m *model) all(t *rapid.T) {
	after := rapid.IntRange(0, m.total+1).Draw(t, "after")
	at := persistence.Position(after)
	next := map[string]persistence.Seq{}
	for r, err := range m.journal.ReadAll(t.Context(), at) {
		if err != nil {
			t.Fatal(err)
		}
		if r.Position <= at || int(r.Seq) <= m.trimmed[r.Stream] || !bytes.Equal(r.Data, m.streams[r.Stream][r.Seq-1]) {
			t.Fatalf("at %d: %s record %d, position %d", at, r.Stream, r.Seq, r.Position)
		}
		if want, ok := next[r.Stream]; ok && r.Seq != want {
			t.Fatalf("%s record %d, want %d", r.Stream, r.Seq, want)
		}
		at, next[r.Stream] = r.Position, r.Seq+1
	}
	for stream, seq := range next {
		if seq != m.last(stream)+1 {
			t.Fatalf("after %d %s ended at %d of %d", after, stream, seq-1, m.last(stream))
		}
	}
	if after == 0 {
		m.complete(t, next)
	}
}

// complete: from the beginning, every stream of which anything is left was there.
func (m *model) complete(t *rapid.T, seen map[string]persistence.Seq) {
	for stream, records := range m.streams {
		if _, ok := seen[stream]; !ok && len(records) > m.trimmed[stream] {
			t.Fatalf("nothing of %s in the global order", stream)
		}
	}
}

func (m *model) trim(t *rapid.T) {
	stream := rapid.SampledFrom(modelStreams).Draw(t, "stream")
	through := rapid.IntRange(0, len(m.streams[stream])+2).Draw(t, "through")
	if err := m.journal.Trim(t.Context(), stream, persistence.Seq(through)); err != nil {
		t.Fatal(err)
	}
	m.trimmed[stream] = max(m.trimmed[stream], min(through, len(m.streams[stream])))
}

func (m *model) memo(t *rapid.T) {
	key := rapid.SampledFrom([]string{"k", "kk", "other"}).Draw(t, "key")
	value := rapid.String().Draw(t, "value")
	o := <-send(m.journal, persistence.Append{Stream: "a", Expected: m.last("a"),
		Memo: &persistence.Memo{Key: key, Value: []byte(value), TTL: time.Hour}})
	if o.Err != nil {
		t.Fatal(o.Err)
	}
	m.memos[key] = value
}

func (m *model) snapshot(t *rapid.T) {
	s := persistence.Snapshot{
		Stream: rapid.SampledFrom(modelStreams).Draw(t, "stream"),
		Data:   bytes.Repeat([]byte{'s'}, rapid.IntRange(0, 600<<10).Draw(t, "size")),
	}
	s.Seq = m.last(s.Stream)
	if err := m.journal.SaveSnapshot(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	m.shots[s.Stream] = s
}

func (m *model) reopen(t *rapid.T) {
	if err := m.journal.Close(); err != nil {
		t.Fatal(err)
	}
	m.open(t)
}

// check runs after every step.
func (m *model) check(t *rapid.T) {
	if int(m.journal.Head()) != m.total {
		t.Fatalf("head %d, want %d", m.journal.Head(), m.total)
	}
	for _, stream := range modelStreams {
		if last, err := m.journal.Last(t.Context(), stream); err != nil || last != m.last(stream) {
			t.Fatalf("%s ends at %d (%v), want %d", stream, last, err, m.last(stream))
		}
		want, kept := m.shots[stream]
		got, ok, err := m.journal.LoadSnapshot(t.Context(), stream)
		if err != nil || ok != kept || got.Seq != want.Seq || !bytes.Equal(got.Data, want.Data) {
			t.Fatalf("snapshot of %s: %v, %v, %d, %d bytes", stream, ok, err, got.Seq, len(got.Data))
		}
	}
	for key, want := range m.memos {
		if got, ok, err := m.journal.Memo(t.Context(), key); !ok || err != nil || string(got) != want {
			t.Fatalf("memo %s: %q, %v, %v", key, got, ok, err)
		}
	}
}

func (m *model) last(stream string) persistence.Seq {
	return persistence.Seq(len(m.streams[stream]))
}

func compare(t *rapid.T, records func(func(persistence.Record, error) bool), want [][]byte) {
	n := 0
	for r, err := range records {
		if err != nil {
			t.Fatal(err)
		}
		if n == len(want) || !bytes.Equal(r.Data, want[n]) {
			t.Fatalf("record %d of %d: sequence %d", n, len(want), r.Seq)
		}
		n++
	}
	if n != len(want) {
		t.Fatalf("%d records, want %d", n, len(want))
	}
}
