package protocol

import "strings"

// Limits of tickers, in characters.
const (
	MinTicker = 2
	MaxTicker = 8
	// MaxTickerText bounds what a request may name as a ticker, so that the answer to an
	// unknown one can repeat it.
	MaxTickerText = 64
)

// A ticker is a short name of a game that is unique in the catalogue: MinTicker to MaxTicker
// letters A–Z and digits. Votes name a game by it, in any case.

// NormalizeTicker returns the ticker in upper case, as it is stored and shown. Only A–Z change:
// no other letter is part of a ticker, also none whose upper case is.
func NormalizeTicker(s string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, s)
}

// checkTicker accepts a ticker that a game may have, in any case.
func checkTicker(s string) *Error {
	valid := len(s) >= MinTicker && len(s) <= MaxTicker
	for i := 0; valid && i < len(s); i++ {
		valid = isTickerByte(s[i])
	}
	if !valid {
		return Invalid("ticker must be %d to %d letters A-Z or digits", MinTicker, MaxTicker)
	}
	if strings.EqualFold(s, thumbWord) {
		// In a chat the word is a vote for the game being played.
		return Invalid("ticker must not be %s", NormalizeTicker(thumbWord))
	}
	return nil
}

func isTickerByte(b byte) bool {
	return 'A' <= b && b <= 'Z' || 'a' <= b && b <= 'z' || '0' <= b && b <= '9'
}

// UnknownTicker is the error of a vote for a ticker that no game has. Its text is that of the
// reference API.
func UnknownTicker(ticker string) *Error {
	return Errorf(CodeNotFound, "Unknown ticker: %s", NormalizeTicker(ticker))
}
