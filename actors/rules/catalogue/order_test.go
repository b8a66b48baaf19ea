package catalogue

import (
	"cmp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// Skipping the common prefix must not change the order of a comparison by every character.
func TestCommonPrefixDoesNotChangeTheOrder(t *testing.T) {
	pieces := rapid.SampledFrom([]string{"a", "A", "b", "0", "1", "10", "007", " ", "é", "É", "ſ", "K", "語", "😀", "\xff", "\xc3", "\xa9", ""})
	text := rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(pieces, 0, 6).Draw(t, "pieces"), "") })
	rapid.Check(t, func(t *rapid.T) {
		begin := text.Draw(t, "both")
		a, b := begin+text.Draw(t, "a"), begin+text.Draw(t, "b")
		if got, want := compareNatural(a, b), characterByCharacter(a, b); got != want {
			t.Fatalf("%q and %q: %d, want %d", a, b, got, want)
		}
	})
}

// characterByCharacter is the order, implemented without regard to speed.
func characterByCharacter(a, b string) int {
	for a != "" && b != "" {
		if isDigit(a[0]) && isDigit(b[0]) {
			var x, y string
			x, a = cutNumber(a)
			y, b = cutNumber(b)
			if c := cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y)); c != 0 {
				return c
			}
			continue
		}
		x, n := utf8.DecodeRuneInString(a)
		y, m := utf8.DecodeRuneInString(b)
		if c := cmp.Compare(foldRune(x), foldRune(y)); c != 0 {
			return c
		}
		a, b = a[n:], b[m:]
	}
	return cmp.Compare(len(a), len(b))
}
