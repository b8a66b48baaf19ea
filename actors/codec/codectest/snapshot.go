package codectest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// State is what a snapshot is taken of.
type State interface {
	AppendSnapshot([]byte) []byte
	Restore([]byte) error
}

// Restored restores a state from a snapshot that must be valid.
func Restored[H State](t Failer, fresh H, snapshot []byte) H {
	if err := fresh.Restore(snapshot); err != nil {
		t.Fatalf("%q: %v", snapshot, err)
	}
	return fresh
}

// RefusedSnapshot checks that the state refuses the bytes and stays as it is.
func RefusedSnapshot(t testing.TB, h State, bytes string) {
	t.Helper()
	before := string(h.AppendSnapshot(nil))
	if err := h.Restore([]byte(bytes)); err == nil {
		t.Error("no error")
	}
	if d := cmp.Diff(before, string(h.AppendSnapshot(nil))); d != "" {
		t.Error("the state changed:", d)
	}
}

// FuzzedSnapshot restores a fresh state from any bytes. What was restored must be written
// as something that restores another one to the same; it says false for what was not.
func FuzzedSnapshot(t testing.TB, h, other State, bytes []byte) bool {
	t.Helper()
	if h.Restore(bytes) != nil {
		return false
	}
	written := h.AppendSnapshot(nil)
	if err := other.Restore(written); err != nil {
		t.Fatalf("%q was restored, but what it gives, %q, is not: %v", bytes, written, err)
	}
	if d := cmp.Diff(string(written), string(other.AppendSnapshot(nil))); d != "" {
		t.Fatal(d)
	}
	return true
}
