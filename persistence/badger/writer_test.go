package badger_test

import (
	"fmt"
	"testing"
	"time"

	"partyline/persistence"
	"partyline/persistence/badger"
)

const patience = 20 * time.Second

// send queues an append and returns where its outcome will come.
func send(j persistence.Journal, a persistence.Append) <-chan persistence.Outcome {
	done := make(chan persistence.Outcome, 1)
	a.Done = func(o persistence.Outcome) { done <- o }
	j.Append(a)
	return done
}

func outcome(t testing.TB, done <-chan persistence.Outcome) persistence.Outcome {
	t.Helper()
	select {
	case o := <-done:
		return o
	case <-time.After(patience):
		t.Fatal("no outcome")
		return persistence.Outcome{}
	}
}

// write appends n records behind the expected sequence and waits for success.
func write(t testing.TB, j persistence.Journal, stream string, expected persistence.Seq, n int) persistence.Outcome {
	t.Helper()
	o := outcome(t, send(j, persistence.Append{Stream: stream, Expected: expected, Records: payloads(stream, expected, n)}))
	if o.Err != nil {
		t.Fatalf("append %d to %s behind %d: %v", n, stream, expected, o.Err)
	}
	return o
}

func payloads(stream string, after persistence.Seq, n int) [][]byte {
	records := make([][]byte, n)
	for i := range records {
		records[i] = []byte(payload(stream, after+persistence.Seq(i)+1))
	}
	return records
}

// payload tells where the record belongs, and is different from byte to byte in
// every record.
func payload(stream string, seq persistence.Seq) string {
	return fmt.Sprintf("record %d of %s %x", seq, stream, uint64(seq)*0x9E3779B97F4A7C15)
}

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
