package codectest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Facts are a state's functions to store and read facts.
type Facts[F any] struct {
	Append func([]byte, F) []byte
	Read   func([]byte) (F, error)
}

// Stored checks the stored form of a fact against the bytes that it must have for ever.
func (f Facts[F]) Stored(t testing.TB, fact F, bytes string) {
	t.Helper()
	if got := string(f.Append([]byte("x"), fact)); got != "x"+bytes {
		t.Errorf("%T is stored as\n%q, want\n%q", fact, got[1:], bytes)
	}
	got, err := f.Read([]byte(bytes))
	if err != nil {
		t.Errorf("%T: %v", fact, err)
		return
	}
	if d := cmp.Diff(fact, got); d != "" {
		t.Errorf("%T: %s", fact, d)
	}
}

// Refused checks that the bytes are refused with an error that contains words.
func (f Facts[F]) Refused(t testing.TB, bytes, words string) {
	t.Helper()
	got, err := f.Read([]byte(bytes))
	if err == nil || any(got) != nil || !strings.Contains(err.Error(), words) {
		t.Errorf("got %v, %v; want an error with %q", got, err, words)
	}
}

// Again returns the fact after writing and reading it: what is replayed from a disk.
func (f Facts[F]) Again(t Failer, fact F) F {
	again, err := f.Read(f.Append(nil, fact))
	if err != nil {
		t.Fatalf("%T: %v", fact, err)
	}
	return again
}

// Fuzzed reads a fact from any bytes. A fact that can be read must be written as something
// that reads the same; ok is false when it cannot be read.
func (f Facts[F]) Fuzzed(t testing.TB, bytes []byte) (fact F, ok bool) {
	t.Helper()
	fact, err := f.Read(bytes)
	if err != nil {
		return fact, false
	}
	written := f.Append(nil, fact)
	again, err := f.Read(written)
	if err != nil {
		t.Fatalf("%q is written as %q: %v", bytes, written, err)
	}
	if d := cmp.Diff(string(written), string(f.Append(nil, again))); d != "" {
		t.Fatal(d)
	}
	return fact, true
}

// Failer is a *testing.T or a *rapid.T.
type Failer interface{ Fatalf(string, ...any) }
