package fact

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"partyline/protocol"
)

// MaxFolded is room for the longest folded name in bytes.
const MaxFolded = protocol.MaxUsername * utf8.UTFMax

// Fold appends the folded form of a name, which is equal for names of one voter: without the space
// around it and, rune by rune, the smallest of those that Unicode folds together. Two trimmed names
// fold to the same bytes exactly when strings.EqualFold holds.
func Fold(dst []byte, name string) []byte {
	name = strings.TrimSpace(name)
	for i := 0; i < len(name); {
		c := name[i]
		if c < utf8.RuneSelf {
			if 'a' <= c && c <= 'z' {
				c -= 'a' - 'A'
			}
			dst = append(dst, c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(name[i:])
		dst = utf8.AppendRune(dst, smallest(r))
		i += size
	}
	return dst
}

func smallest(r rune) rune {
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	return least
}
