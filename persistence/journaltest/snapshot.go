package journaltest

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"partyline/persistence"
)

func snapshots(t *testing.T, h Harness) {
	if _, ok, err := h.Journal.LoadSnapshot(t.Context(), "a"); ok || err != nil {
		t.Fatalf("snapshot of nothing: %v, %v", ok, err)
	}
	for _, s := range []persistence.Snapshot{
		{Stream: "a", Seq: 3, Version: 1, Data: []byte("three")},
		{Stream: "a/b", Seq: 9, Version: 2, Data: []byte("neighbour")},
		{Stream: "a", Seq: 8, Version: 7, Data: []byte("eight")},
		{Stream: "empty", Seq: 1, Version: 1},
		{Stream: "empty", Seq: 2, Version: 1},
	} {
		save(t, h.Journal, s)
	}
	wantSnapshot(t, h.Journal, persistence.Snapshot{Stream: "a", Seq: 8, Version: 7, Data: []byte("eight")})
	wantSnapshot(t, h.Journal, persistence.Snapshot{Stream: "a/b", Seq: 9, Version: 2, Data: []byte("neighbour")})
	wantSnapshot(t, h.Journal, persistence.Snapshot{Stream: "empty", Seq: 2, Version: 1})
}

// bigSnapshot replaces large and small ones while appends go on.
func bigSnapshot(t *testing.T, h Harness) {
	big := noise(5 << 20)
	for i, size := range []int{5 << 20, 1, 3<<20 + 17, 256 << 10, 256<<10 + 1, 0, 512 << 10} {
		s := persistence.Snapshot{Stream: "a", Seq: persistence.Seq(i), Version: 1, Data: big[:size]}
		save(t, h.Journal, s)
		wantSnapshot(t, h.Journal, s)
		Write(t, h.Journal, "a", persistence.Seq(i), 1)
	}
}

func badSnapshots(t *testing.T, h Harness) {
	save(t, h.Journal, persistence.Snapshot{Stream: "a", Seq: 1, Data: []byte("kept")})
	large := persistence.Snapshot{Stream: "a", Data: make([]byte, persistence.MaxSnapshotBytes+1)}
	if err := h.Journal.SaveSnapshot(t.Context(), large); !errors.Is(err, persistence.ErrTooLarge) {
		t.Errorf("%v, want too large", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Journal.SaveSnapshot(ctx, persistence.Snapshot{Stream: "a"}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want the end of the context", err)
	}
	wantSnapshot(t, h.Journal, persistence.Snapshot{Stream: "a", Seq: 1, Data: []byte("kept")})
}

func save(t testing.TB, j persistence.Journal, s persistence.Snapshot) {
	t.Helper()
	if err := j.SaveSnapshot(t.Context(), s); err != nil {
		t.Fatal(err)
	}
}

func wantSnapshot(t testing.TB, j persistence.Journal, want persistence.Snapshot) {
	t.Helper()
	got, ok, err := j.LoadSnapshot(t.Context(), want.Stream)
	if err != nil || !ok {
		t.Fatalf("snapshot of %s: %v, %v", want.Stream, ok, err)
	}
	if got.Stream != want.Stream || got.Seq != want.Seq || got.Version != want.Version || !bytes.Equal(got.Data, want.Data) {
		t.Fatalf("snapshot of %s: sequence %d, version %d, %d bytes; want %d, %d, %d bytes", want.Stream,
			got.Seq, got.Version, len(got.Data), want.Seq, want.Version, len(want.Data))
	}
}

// noise cannot be compressed and is the same every time.
func noise(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{}).Read(b)
	return b
}
