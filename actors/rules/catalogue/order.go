package catalogue

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// compareNatural compares as people sort: letters without case, runs of digits by their value,
// so that Pack 2 comes before Pack 10. Texts that differ only in case or in leading zeros are
// equal.
func compareNatural(a, b string) int {
	n := commonPrefix(a, b)
	a, b = a[n:], b[n:]
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

// commonPrefix is the length of the equal beginnings: whole characters, and no part of a
// number. Titles of one series begin alike.
func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && (n < len(a) && !utf8.RuneStart(a[n]) || n < len(b) && !utf8.RuneStart(b[n]) || isDigit(a[n-1])) {
		n--
	}
	return n
}

// cutNumber removes the leading digits of s and returns them without leading zeros. Numbers of
// any length compare by length and then by text: nothing overflows.
func cutNumber(s string) (number, rest string) {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return strings.TrimLeft(s[:n], "0"), s[n:]
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// foldCase makes texts that differ only in case equal.
func foldCase(s string) string { return strings.Map(foldRune, s) }

// foldRune is the smallest of the runes that are r in another case.
func foldRune(r rune) rune {
	if r < 'A' {
		return r
	}
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	return least
}
