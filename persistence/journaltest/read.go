package journaltest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"partyline/persistence"
)

func readEverywhere(t *testing.T, h Harness) {
	for stream, last := range sample(t, h.Journal) {
		whole := list(t, h.Journal.Read(t.Context(), stream, 0))
		if len(whole) != int(last) {
			t.Fatalf("%s: %d records, want %d", stream, len(whole), last)
		}
		for after := range last + 3 {
			got := list(t, h.Journal.Read(t.Context(), stream, after))
			if !slices.EqualFunc(got, whole[min(after, last):], same) {
				t.Fatalf("%s after %d: %v", stream, after, got)
			}
		}
	}
}

func readBackEverywhere(t *testing.T, h Harness) {
	for stream, last := range sample(t, h.Journal) {
		whole := list(t, h.Journal.Read(t.Context(), stream, 0))
		for before := range last + 3 {
			want := slices.Clone(whole)
			if before > 0 {
				want = want[:min(before-1, last)]
			}
			slices.Reverse(want)
			if got := list(t, h.Journal.ReadBack(t.Context(), stream, before)); !slices.EqualFunc(got, want, same) {
				t.Fatalf("%s before %d: %v, want %v", stream, before, got, want)
			}
		}
	}
}

func readAllEverywhere(t *testing.T, h Harness) {
	sample(t, h.Journal)
	whole := list(t, h.Journal.ReadAll(t.Context(), 0))
	head := h.Journal.Head()
	for after := range head + 3 {
		got := list(t, h.Journal.ReadAll(t.Context(), after))
		if !slices.EqualFunc(got, whole[min(after, head):], same) {
			t.Fatalf("after %d: %v", after, got)
		}
	}
}

func readUnknown(t *testing.T, h Harness) {
	Write(t, h.Journal, "b", 0, 1)
	for _, stream := range []string{"a", "c", "b/"} {
		n := len(list(t, h.Journal.Read(t.Context(), stream, 0))) + len(list(t, h.Journal.Read(t.Context(), stream, 5)))
		n += len(list(t, h.Journal.ReadBack(t.Context(), stream, 0))) + len(list(t, h.Journal.ReadBack(t.Context(), stream, 5)))
		if n != 0 || lastOf(t, h.Journal, stream) != 0 {
			t.Errorf("%s: %d records, last %d", stream, n, lastOf(t, h.Journal, stream))
		}
	}
}

// similarNames reads streams whose names begin alike.
func similarNames(t *testing.T, h Harness) {
	names := []string{"session/1", "session/10", "session/1/x", "session/1!", "session/1~", "session/", "session/0~"}
	for i, name := range names {
		Write(t, h.Journal, name, 0, i+1)
		Write(t, h.Journal, name, persistence.Seq(i+1), 1)
	}
	for i, name := range names {
		up := list(t, h.Journal.Read(t.Context(), name, 0))
		down := list(t, h.Journal.ReadBack(t.Context(), name, 0))
		if len(up) != i+2 || len(down) != i+2 || lastOf(t, h.Journal, name) != persistence.Seq(i+2) {
			t.Errorf("%s: %d up, %d down, last %d, want %d", name, len(up), len(down), lastOf(t, h.Journal, name), i+2)
		}
		for _, r := range append(up, down...) {
			if r.Stream != name {
				t.Errorf("%s in the stream of %s", r.Stream, name)
			}
		}
	}
}

func asOfTheCall(t *testing.T, h Harness) {
	Write(t, h.Journal, "a", 0, 5)
	up := h.Journal.Read(t.Context(), "a", 0)
	down := h.Journal.ReadBack(t.Context(), "a", 0)
	all := h.Journal.ReadAll(t.Context(), 0)
	Write(t, h.Journal, "a", 5, 5)
	Write(t, h.Journal, "b", 0, 1)
	for name, read := range map[string]func(func(persistence.Record, error) bool){"read": up, "back": down, "all": all} {
		if got := list(t, read); len(got) != 5 {
			t.Errorf("%s: %d records, want the 5 from before the call", name, len(got))
		}
	}
}

// readWhileWriting follows the head by ReadAll while a writer pushes it on.
func readWhileWriting(t *testing.T, h Harness) {
	const n = 400
	var writer sync.WaitGroup
	writer.Go(func() {
		for i := range persistence.Seq(n) {
			if o := <-Send(h.Journal, persistence.Append{Stream: "a", Expected: i, Records: Payloads("a", i, 1)}); o.Err != nil {
				t.Error(o.Err)
				return
			}
		}
	})
	var at persistence.Position
	for at < n && !t.Failed() {
		for r, err := range h.Journal.ReadAll(t.Context(), at) {
			if err != nil {
				t.Fatal(err)
			}
			if r.Position != at+1 || string(r.Data) != Payload("a", r.Seq) {
				t.Fatalf("after %d came %+v", at, r)
			}
			at = r.Position
		}
	}
	writer.Wait()
}

func cancelledRead(t *testing.T, h Harness) {
	Write(t, h.Journal, "a", 0, 10)
	for name, read := range map[string]func(context.Context) func(func(persistence.Record, error) bool){
		"read": func(ctx context.Context) func(func(persistence.Record, error) bool) {
			return h.Journal.Read(ctx, "a", 0)
		},
		"back": func(ctx context.Context) func(func(persistence.Record, error) bool) {
			return h.Journal.ReadBack(ctx, "a", 0)
		},
		"all": func(ctx context.Context) func(func(persistence.Record, error) bool) { return h.Journal.ReadAll(ctx, 0) },
	} {
		ctx, cancel := context.WithCancel(t.Context())
		var got int
		var last error
		for _, err := range read(ctx) {
			if last = err; err != nil {
				break
			}
			if got++; got == 3 {
				cancel()
			}
		}
		if got != 3 || !errors.Is(last, context.Canceled) {
			t.Errorf("%s: %d records, then %v", name, got, last)
		}
		if n, err := lastError(read(ctx)); n != 0 || !errors.Is(err, context.Canceled) {
			t.Errorf("%s with an ended context: %d records, then %v", name, n, err)
		}
		cancel()
	}
}

func brokenOff(t *testing.T, h Harness) {
	Write(t, h.Journal, "a", 0, 10)
	for range 3 {
		for range h.Journal.Read(t.Context(), "a", 0) {
			break
		}
		for range h.Journal.ReadBack(t.Context(), "a", 0) {
			break
		}
		for range h.Journal.ReadAll(t.Context(), 0) {
			break
		}
		for range h.Journal.Streams(t.Context(), "") {
			break
		}
	}
	Write(t, h.Journal, "a", 10, 1)
}

// nestedReads reads inside a read: the outer record must stay whole until its next step.
func nestedReads(t *testing.T, h Harness) {
	sample(t, h.Journal)
	for outer, err := range h.Journal.ReadAll(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if n, err := lastError(h.Journal.Read(t.Context(), outer.Stream, 0)); err != nil || n == 0 {
			t.Fatalf("inner read: %d, %v", n, err)
		}
		if string(outer.Data) != Payload(outer.Stream, outer.Seq) {
			t.Fatalf("%s record %d became %q", outer.Stream, outer.Seq, outer.Data)
		}
	}
}

func streamNames(t *testing.T, h Harness) {
	names := []string{"catalogue", "session/1", "session/10", "session/2", "sessions", "webhook/1"}
	for _, name := range []string{"session/2", "webhook/1", "session/10", "catalogue", "sessions", "session/1"} {
		Write(t, h.Journal, name, 0, 2)
		Write(t, h.Journal, name, 2, 1)
	}
	for _, prefix := range []string{"", "session/", "session/1", "web", "none", "session", "zzz"} {
		want := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !strings.HasPrefix(n, prefix) })
		var got []string
		for name, err := range h.Journal.Streams(t.Context(), prefix) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("prefix %q: %q, want %q", prefix, got, want)
		}
	}
}

func same(a, b persistence.Record) bool {
	return a.Stream == b.Stream && a.Seq == b.Seq && a.Position == b.Position && a.Time.Equal(b.Time)
}
