package badger_test

import (
	"testing"

	"partyline/persistence"
	"partyline/persistence/badger"
	"partyline/persistence/journaltest"
)

// chunkBytes are the bytes of the chunks in a folder, by stream, and the number of their records.
func chunkBytes(t *testing.T, dir string) (bytes map[string]int64, records int, superseded int64) {
	t.Helper()
	bytes = map[string]int64{}
	s, err := badger.Stats(t.Context(), badger.Options{Dir: dir}, func(e *badger.StatsEntry) {
		if e.Space == badger.StatsChunks {
			bytes[e.Stream] += e.Bytes
			e.Records(func([]byte) { records++ })
		}
	})
	if err != nil || s.Unreadable > 0 || s.Newest.IsZero() {
		t.Fatalf("%+v, %v", s, err)
	}
	return bytes, records, s.Superseded.Entries
}

// TestStatsAndTrimsCountTheSameBytes: what a trim says that it has deleted is what the stream
// took before and does not take any more, and waits for a merge.
func TestStatsAndTrimsCountTheSameBytes(t *testing.T) {
	dir, trimmed := t.TempDir(), int64(0)
	open := func() *badger.Journal {
		j, err := badger.Open(badger.Options{Dir: dir, OnTrimmed: func(n int64) { trimmed += n }})
		if err != nil {
			t.Fatal(err)
		}
		return j
	}
	closed := func(j *badger.Journal) {
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	j := open()
	for n := range persistence.Seq(40) {
		journaltest.Write(t, j, "a", n*5, 5)
		journaltest.Write(t, j, "b", n*5, 5)
	}
	closed(j)
	before, records, superseded := chunkBytes(t, dir)
	if records != 400 || superseded != 0 || before["a"] == 0 || len(before) != 2 {
		t.Fatalf("%d records, %d superseded entries, %v", records, superseded, before)
	}
	j = open()
	trim(t, j, "a", 150)
	closed(j)
	after, records, superseded := chunkBytes(t, dir)
	if records != 250 || after["b"] != before["b"] || trimmed == 0 || before["a"]-after["a"] != trimmed || superseded == 0 {
		t.Errorf("%d records; a trim of %d bytes and %d entries left %v of %v", records, trimmed, superseded, after, before)
	}
}
