package layout

import "testing"

// TestFormatKeyHoldsTheseBytes: every later version must read what this one writes.
func TestFormatKeyHoldsTheseBytes(t *testing.T) {
	f, changed := (&FolderFormat{Schema: FirstSchema}).Upgraded(7, "w")
	if got := string(body(f.Encode())); !changed || f.Format != 2 || got != `{"schema":7,"writer":"w"}` {
		t.Errorf("format %d: %s", f.Format, got)
	}
}
