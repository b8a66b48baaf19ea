package preflight

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"partyline/persistence"
)

func marked(t *testing.T, at ...persistence.Position) (dir string) {
	t.Helper()
	dir = t.TempDir()
	w, err := OpenWatermark(dir)
	for _, p := range at {
		err = errors.Join(err, w.Advance(p))
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestWatermarkWithTrailingBytes: whatever stands behind the two slots is neither
// taken for a third one, whose other would be in front of the file, nor read to its end.
func TestWatermarkWithTrailingBytes(t *testing.T) {
	dir := marked(t, 5, 6)
	name := filepath.Join(dir, watermarkFile)
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	other, err := os.ReadFile(filepath.Join(marked(t, 900), watermarkFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, append(b, other...), 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := OpenWatermark(dir)
	if err != nil || w.Position != 6 {
		t.Fatalf("at %d, %v, want 6", w.Position, err)
	}
	if err := errors.Join(w.Advance(7), w.Close()); err != nil {
		t.Fatal(err)
	}
	if w, err = OpenWatermark(dir); err != nil || w.Position != 7 {
		t.Fatalf("at %d, %v, want 7", w.Position, err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// slotsOf is the file after both marks were set.
func slotsOf(first, second uint64) []byte {
	w := Watermark{}
	w.encode(persistence.Position(first))
	b := append([]byte(nil), w.buf[:]...)
	w.encode(persistence.Position(second))
	return append(b, w.buf[:]...)
}

// FuzzWatermark: one byte that has rotted leaves one of the two marks, never another
// position, and the next mark goes where the older one stood.
func FuzzWatermark(f *testing.F) {
	f.Add(slotsOf(5, 6), uint(3), byte(1))
	f.Add(slotsOf(7, 6), uint(23), byte(0x80))
	f.Add(slotsOf(1, 0), uint(12), byte(4))
	f.Add(make([]byte, slotCount*slotSize), uint(0), byte(1))
	mended := slotsOf(7, 6)
	mended[2] ^= 0x81
	f.Add(mended, uint(2), byte(0x81))
	f.Fuzz(func(t *testing.T, b []byte, at uint, flip byte) {
		b = b[:min(len(b), slotCount*slotSize)]
		var w Watermark
		if refused(t, w.parse(b)) || len(b) < slotCount*slotSize {
			return
		}
		first, ok1 := readSlot(b[:slotSize])
		second, ok2 := readSlot(b[slotSize:])
		if w.slot != 0 && w.slot != 1 || ok1 && w.Position < first || ok2 && w.Position < second {
			t.Fatalf("at %d, next in slot %d, of %d and %d", w.Position, w.slot, first, second)
		}
		at %= uint(len(b))
		if at < slotSize && !ok1 || at >= slotSize && !ok2 {
			return // the flip may mend what was broken before it
		}
		b[at] ^= flip | 1
		var rotten Watermark
		if refused(t, rotten.parse(b)) {
			return
		}
		if !(ok1 && rotten.Position == first || ok2 && rotten.Position == second) {
			t.Fatalf("at %d, was at %d or %d", rotten.Position, first, second)
		}
	})
}
