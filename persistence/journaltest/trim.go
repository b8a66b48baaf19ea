package journaltest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"partyline/persistence"
)

// trimEverywhere moves the mark one record at a time and reads from every place.
func trimEverywhere(t *testing.T, h Harness) {
	last := sample(t, h.Journal)
	whole := list(t, h.Journal.ReadAll(t.Context(), 0))
	trimmed := map[string]persistence.Seq{}
	for through := range last["session/1"] + 1 {
		trim(t, h.Journal, "session/1", through)
		if trimmed["session/1"] = through; through%5 == 0 {
			trimmed["session/2"] = max(trimmed["session/2"], min(through, last["session/2"]))
			trim(t, h.Journal, "session/2", through)
		}
		wantTrimmed(t, h.Journal, whole, trimmed)
	}
	if h.Reopen != nil {
		wantTrimmed(t, h.Reopen(), whole, trimmed)
	}
}

// wantTrimmed compares every read from every place with the whole journal without the
// trimmed records.
func wantTrimmed(t *testing.T, j persistence.Journal, whole []persistence.Record, trimmed map[string]persistence.Seq) {
	t.Helper()
	kept := slices.DeleteFunc(slices.Clone(whole), func(r persistence.Record) bool { return r.Seq <= trimmed[r.Stream] })
	for after := range persistence.Position(len(whole)) + 2 {
		want := slices.DeleteFunc(slices.Clone(kept), func(r persistence.Record) bool { return r.Position <= after })
		if got := list(t, j.ReadAll(t.Context(), after)); !slices.EqualFunc(got, want, same) {
			t.Fatalf("trimmed %v, all after %d: %v, want %v", trimmed, after, got, want)
		}
	}
	for stream := range trimmed {
		of := slices.DeleteFunc(slices.Clone(kept), func(r persistence.Record) bool { return r.Stream != stream })
		for place := range lastOf(t, j, stream) + 2 {
			up := slices.DeleteFunc(slices.Clone(of), func(r persistence.Record) bool { return r.Seq <= place })
			if got := list(t, j.Read(t.Context(), stream, place)); !slices.EqualFunc(got, up, same) {
				t.Fatalf("trimmed %v, %s after %d: %v, want %v", trimmed, stream, place, got, up)
			}
			down := slices.DeleteFunc(slices.Clone(of), func(r persistence.Record) bool { return place > 0 && r.Seq >= place })
			slices.Reverse(down)
			if got := list(t, j.ReadBack(t.Context(), stream, place)); !slices.EqualFunc(got, down, same) {
				t.Fatalf("trimmed %v, %s before %d: %v, want %v", trimmed, stream, place, got, down)
			}
		}
	}
	if j.Head() != persistence.Position(len(whole)) {
		t.Fatalf("head %d after a trim, want %d", j.Head(), len(whole))
	}
}

// trimAll deletes everything there is: the numbering goes on, the name stays.
func trimAll(t *testing.T, h Harness) {
	j := h.Journal
	Write(t, j, "a", 0, 3)
	Write(t, j, "b", 0, 2)
	Write(t, j, "a/b", 0, 1)
	trim(t, j, "a", 99)
	for round := range persistence.Seq(3) {
		if got := lastOf(t, j, "a"); got != 3+round {
			t.Fatalf("last %d after trimming all, want %d", got, 3+round)
		}
		if n := len(list(t, j.Read(t.Context(), "a", 0))) + len(list(t, j.ReadBack(t.Context(), "a", 0))); n != 0 {
			t.Fatalf("%d records of a trimmed stream", n)
		}
		wantStreams(t, j, "", "a", "a/b", "b")
		wantStreams(t, j, "a", "a", "a/b")
		if h.Reopen != nil {
			j = h.Reopen()
		}
		o := Wait(t, Send(j, persistence.Append{Stream: "a", Expected: 2 + round, Records: Payloads("a", 2+round, 1)}))
		if !errors.Is(o.Err, persistence.ErrConflict) {
			t.Fatalf("a number was given twice: %+v", o)
		}
		if o := Write(t, j, "a", 3+round, 1); o.Last != 4+round || o.Position != persistence.Position(7+round) {
			t.Fatalf("%+v, want %d at %d", o, 4+round, 7+round)
		}
		if got := list(t, j.Read(t.Context(), "a", 0)); len(got) != 1 || got[0].Seq != 4+round {
			t.Fatalf("%v, want record %d alone", got, 4+round)
		}
		trim(t, j, "a", 4+round)
	}
	if got := list(t, j.ReadAll(t.Context(), 0)); len(got) != 3 {
		t.Fatalf("%v, want the three records of the others", got)
	}
	j.Close()
}

func wantStreams(t *testing.T, j persistence.Journal, prefix string, want ...string) {
	t.Helper()
	var got []string
	for name, err := range j.Streams(t.Context(), prefix) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, name)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("streams %q, want %q", got, want)
	}
}

func trimOdd(t *testing.T, h Harness) {
	j := h.Journal
	trim(t, j, "unknown", 5)
	wantStreams(t, j, "")
	Write(t, j, "a", 0, 5)
	for _, through := range []persistence.Seq{3, 2, 0, 3} {
		trim(t, j, "a", through)
	}
	if got := list(t, j.Read(t.Context(), "a", 0)); len(got) != 2 {
		t.Fatalf("%d records: the mark went back", len(got))
	}
	if err := j.Trim(t.Context(), "a b", 1); !errors.Is(err, persistence.ErrInvalid) {
		t.Errorf("a name that cannot be: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := j.Trim(ended, "a", 4); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context: %v", err)
	}
	if got := list(t, j.Read(t.Context(), "a", 0)); len(got) != 2 {
		t.Fatalf("%d records: a trim with an ended context worked", len(got))
	}
	j.Close()
	if err := j.Trim(t.Context(), "a", 4); !errors.Is(err, persistence.ErrClosed) {
		t.Errorf("after closing: %v", err)
	}
}

func trim(t testing.TB, j persistence.Journal, stream string, through persistence.Seq) {
	t.Helper()
	if err := j.Trim(t.Context(), stream, through); err != nil {
		t.Fatal(err)
	}
}
