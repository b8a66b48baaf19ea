package protocol

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// VoterName is a voter's name as it is counted and shown: without space around it and
// without characters that show nothing, so that names that look the same are the same.
// It is called on names as they come in, and not where stored names are compared: what an
// old log counts as two voters stays two. Emoji and scripts that use joiners lose them.
func VoterName(name string) string {
	name = strings.TrimSpace(name)
	if strings.IndexFunc(name, invisible) < 0 {
		return name
	}
	return strings.TrimSpace(strings.Map(visible, name))
}

// visible drops a character that shows nothing.
func visible(r rune) rune {
	if invisible(r) {
		return -1
	}
	return r
}

// invisible knows what Unicode calls default ignorable: blanks of no width, joiners, marks
// of direction, variation selectors, tags, filling letters. Control characters are left to
// the checks, which refuse them.
func invisible(r rune) bool {
	return r >= utf8.RuneSelf && unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) &&
		!unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}
