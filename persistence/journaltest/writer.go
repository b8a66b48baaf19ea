package journaltest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"partyline/persistence"
)

// outcomeTimeout is how long an outcome may take before a test fails.
const outcomeTimeout = 20 * time.Second

// Send queues an append and returns a channel of its outcome.
func Send(j persistence.Journal, a persistence.Append) <-chan persistence.Outcome {
	done := make(chan persistence.Outcome, 1)
	a.Done = func(o persistence.Outcome) { done <- o }
	j.Append(a)
	return done
}

// Wait returns the outcome, and fails the test when none comes.
func Wait(t testing.TB, done <-chan persistence.Outcome) persistence.Outcome {
	t.Helper()
	select {
	case o := <-done:
		return o
	case <-time.After(outcomeTimeout):
		t.Fatal("no outcome")
		return persistence.Outcome{}
	}
}

// Write appends n records behind the expected sequence and waits for success.
func Write(t testing.TB, j persistence.Journal, stream string, expected persistence.Seq, n int) persistence.Outcome {
	t.Helper()
	o := Wait(t, Send(j, persistence.Append{Stream: stream, Expected: expected, Records: Payloads(stream, expected, n)}))
	if o.Err != nil {
		t.Fatalf("append %d to %s behind %d: %v", n, stream, expected, o.Err)
	}
	return o
}

// Payloads are n records that hold their own place, see Payload.
func Payloads(stream string, after persistence.Seq, n int) [][]byte {
	records := make([][]byte, n)
	for i := range records {
		records[i] = []byte(Payload(stream, after+persistence.Seq(i)+1))
	}
	return records
}

// Payload holds the record's place, and is different from byte to byte in every record.
func Payload(stream string, seq persistence.Seq) string {
	return fmt.Sprintf("record %d of %s %x", seq, stream, uint64(seq)*0x9E3779B97F4A7C15)
}

// sample fills two streams with commits of many sizes and returns the last sequences.
func sample(t testing.TB, j persistence.Journal) map[string]persistence.Seq {
	t.Helper()
	last := map[string]persistence.Seq{}
	for i, n := range []int{1, 3, 1, 7, 2, 40, 1, 5} {
		stream := []string{"session/1", "session/2"}[i%2]
		last[stream] = Write(t, j, stream, last[stream], n).Last
		if i%3 == 0 {
			last["session/1"] = Write(t, j, "session/1", last["session/1"], 2).Last
		}
	}
	return last
}

// list collects a read; a failed one fails the test. Payloads are compared with the places
// they hold.
func list(t testing.TB, records func(func(persistence.Record, error) bool)) []persistence.Record {
	t.Helper()
	var got []persistence.Record
	for r, err := range records {
		if err != nil {
			t.Fatalf("after %d records: %v", len(got), err)
		}
		if string(r.Data) != Payload(r.Stream, r.Seq) {
			t.Fatalf("%s record %d holds %q", r.Stream, r.Seq, r.Data)
		}
		r.Data = nil
		got = append(got, r)
	}
	return got
}

// lastError is the error a read ends with, nil when it ends without.
func lastError(records func(func(persistence.Record, error) bool)) (n int, last error) {
	for _, err := range records {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func lastOf(t testing.TB, j persistence.Journal, stream string) persistence.Seq {
	t.Helper()
	last, err := j.Last(context.Background(), stream)
	if err != nil {
		t.Fatal(err)
	}
	return last
}
