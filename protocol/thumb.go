package protocol

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Thumbs is what somebody wrote into the chat: a thumb up, down, both, or none.
type Thumbs uint8

// The two thumbs. Both in one message are ThumbUp | ThumbDown.
const (
	ThumbUp   Thumbs = 1
	ThumbDown Thumbs = 2
)

// thumbWord is what a vote in the chat begins with, in upper or lower case.
const thumbWord = "thisgame"

// ReadThumbs finds the votes in a message of the chat, by the rules that stand in
// docs/api/chat.md for all bots: thisgame++ is a thumb up, thisgame-- a thumb down, in
// upper or lower case, anywhere, as whole words. More signs than two say no more, and
// no more than once each. One long dash stands for the two that chat programs make it
// of; other dashes stand for a hyphen.
func ReadThumbs(message string) (found Thumbs) {
	for rest := message; ; {
		at := strings.IndexFunc(rest, isSign)
		if at < 0 {
			return found
		}
		signs := readSigns(rest[at:])
		before := message[:len(message)-len(rest)+at]
		rest = rest[at+signs.size:]
		if signs.isVote() && endsInThumbWord(before) && !startsWithWordRune(rest) {
			found |= signs.thumb
		}
	}
}

// signs is a run of pluses, or of dashes.
type signRun struct {
	thumb             Thumbs
	size              int // in bytes
	count, longDashes int
}

func (s *signRun) isVote() bool { return s.count > 1 || s.longDashes > 0 }

// countSigns takes the longest run of one kind; text begins with a sign.
func readSigns(text string) (s signRun) {
	for i, r := range text {
		thumb := ThumbDown
		switch {
		case r == '+':
			thumb = ThumbUp
		case !isDash(r):
			thumb = 0
		}
		if i == 0 {
			s.thumb = thumb
		}
		if thumb == 0 || thumb != s.thumb {
			return s
		}
		s.count++
		if isLongDash(r) {
			s.longDashes++
		}
		s.size = i + utf8.RuneLen(r)
	}
	return s
}

// isThumbWord says whether the text ends with the word, and the word begins where no
// other goes on.
func endsInThumbWord(text string) bool {
	at := len(text) - len(thumbWord)
	if at < 0 || !strings.EqualFold(text[at:], thumbWord) {
		return false
	}
	r, _ := utf8.DecodeLastRuneInString(text[:at])
	return at == 0 || !isWordRune(r)
}

func startsWithWordRune(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return text != "" && isWordRune(r)
}

// isWord says what a word is made of.
func isWordRune(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) }

func isSign(r rune) bool { return r == '+' || isDash(r) }

// isDash knows the hyphens, dashes and minus signs of Unicode.
func isDash(r rune) bool {
	switch r {
	case '-', '\u2010', '\u2011', '\u2012', '\u2212', '\ufe63', '\uff0d':
		return true
	}
	return isLongDash(r)
}

// isLongDash knows those that programs put in the place of two hyphens: en and em
// dash, horizontal bar, two-em and three-em dash, small em dash.
func isLongDash(r rune) bool {
	switch r {
	case '\u2013', '\u2014', '\u2015', '\u2e3a', '\u2e3b', '\ufe58':
		return true
	}
	return false
}
