package protocol

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// NormalizeVoterName is a voter's name as it is counted and shown: without space around it and
// without characters that show nothing, so that names that look the same are the same.
// It is called on names as they come in, and not where stored names are compared: what an
// old log counts as two voters stays two. Emoji and scripts that use joiners lose them.
func NormalizeVoterName(name string) string {
	name = strings.TrimSpace(name)
	if strings.IndexFunc(name, isInvisible) < 0 {
		return name
	}
	return strings.TrimSpace(strings.Map(dropInvisible, name))
}

// visible drops a character that shows nothing.
func dropInvisible(r rune) rune {
	if isInvisible(r) {
		return -1
	}
	return r
}

// invisible knows what Unicode calls default ignorable: blanks of no width, joiners, marks
// of direction, variation selectors, tags, filling letters. Control characters are left to
// the checks, which refuse them.
func isInvisible(r rune) bool {
	return r >= utf8.RuneSelf && unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) &&
		!unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}
