package badger_test

import (
	"fmt"
	"testing"

	"partyline/persistence"
	"partyline/persistence/badger"
	"partyline/persistence/journaltest"
)

// What every journal's tests write, these do, too.
var (
	send     = journaltest.Send
	outcome  = journaltest.Wait
	write    = journaltest.Write
	payloads = journaltest.Payloads
	payload  = journaltest.Payload
)

// fill writes commits of one to nine records to three streams and returns the last
// sequences.
func fill(t testing.TB, j persistence.Journal, commits int) map[string]persistence.Seq {
	t.Helper()
	last := map[string]persistence.Seq{}
	for i := range commits {
		stream := fmt.Sprintf("session/%d", i%3)
		last[stream] = write(t, j, stream, last[stream], 1+i%9).Last
	}
	return last
}

// contents reads the global order; the payloads are held against their places.
func contents(t testing.TB, j *badger.Journal) (all []string) {
	t.Helper()
	for r, err := range j.ReadAll(t.Context(), 0) {
		if err != nil {
			t.Fatalf("after %d records: %v", len(all), err)
		}
		if string(r.Data) != payload(r.Stream, r.Seq) {
			t.Fatalf("%s record %d holds %q", r.Stream, r.Seq, r.Data)
		}
		all = append(all, fmt.Sprintf("%d %s %d %d %s", r.Position, r.Stream, r.Seq, r.Time.UnixMilli(), r.Data))
	}
	return all
}

// verified fails the test where the journal is not whole.
func verified(t testing.TB, j *badger.Journal) badger.Summary {
	t.Helper()
	s, err := j.Verify(t.Context(), func(f badger.Fault) { t.Errorf("fault: %+v", f) })
	if err != nil {
		t.Fatal(err)
	}
	return s
}
