package catalogue

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// formulaSigns begin what a spreadsheet takes for a formula, in either width.
const formulaSigns = "=+-@＝＋－＠"

// guarded puts an apostrophe before a text that a spreadsheet would run as a formula
// when the file is opened with it. unguarded takes it off again, whatever the text: a
// text that has apostrophes before such a sign already gets one more.
func guarded(s string) string {
	if tempting(s) {
		return "'" + s
	}
	return s
}

func unguarded(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && tempting(rest) {
		return rest
	}
	return s
}

// tempting says that a formula's sign comes first, apart from apostrophes and then
// space: neither keeps every spreadsheet from seeing it.
func tempting(s string) bool {
	s = strings.TrimLeftFunc(strings.TrimLeft(s, "'"), unicode.IsSpace)
	sign, _ := utf8.DecodeRuneInString(s)
	return s != "" && strings.ContainsRune(formulaSigns, sign)
}
