package protocol_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"partyline/protocol"
)

// thumbWords are the results as the table of docs/api/chat.md names them.
var thumbWords = map[protocol.Thumbs]string{
	0: "none", protocol.ThumbUp: "up", protocol.ThumbDown: "down", protocol.ThumbUp | protocol.ThumbDown: "up and down",
}

// TestReadThumbsFollowsTheDocs checks the table of examples that defines the rules for other bots.
func TestReadThumbsFollowsTheDocs(t *testing.T) {
	b, err := os.ReadFile("../docs/api/chat.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile("(?m)^\\| `` (.*) `` \\| ([a-z ]+) \\|").FindAllStringSubmatch(string(b), -1)
	seen := map[string]int{}
	for _, row := range rows {
		if got := thumbWords[protocol.ReadThumbs(row[1])]; got != row[2] {
			t.Errorf("%q is %s, the docs say %s", row[1], got, row[2])
		}
		seen[row[2]]++
	}
	if len(rows) < 30 || seen["up"] < 8 || seen["down"] < 8 || seen["none"] < 8 || seen["up and down"] < 2 {
		t.Errorf("only %d examples: %v", len(rows), seen)
	}
}

func TestReadThumbsEdgeCases(t *testing.T) {
	for message, want := range map[string]protocol.Thumbs{
		"":                               0,
		"+":                              0,
		"++":                             0,
		"hisgame++":                      0,
		"thisgame":                       0,
		"thisgame+":                      0,
		"thisgame+ +":                    0,
		"thisgame\u0301++":               0,
		"\U00010400thisgame++":           0, // a letter outside of the first plane
		"\ufe0fthisgame++":               protocol.ThumbUp,
		"❤️thisgame++❤️":                 protocol.ThumbUp,
		"\xffthisgame++\xff":             protocol.ThumbUp,
		"thisgame++thisgame--":           protocol.ThumbDown, // the first goes on as a word
		"thisgame++ thisgame++x":         protocol.ThumbUp,
		"thisgame++x thisgame++":         protocol.ThumbUp,
		"thisgame--\u2014-\u2212":        protocol.ThumbDown,
		"thisgame\u2212\u2010":           protocol.ThumbDown,
		"thisgame\u2e3a":                 protocol.ThumbDown,
		"thisgame\ufe58.":                protocol.ThumbDown,
		"thisgame\u2010":                 0,
		"thisgame~~":                     0,
		"\u0131thisgame++":               0,
		"THİSGAME++":                     0,
		"thiſgame++":                     0,
		strings.Repeat("thisgame+", 999): 0,
	} {
		if got := protocol.ReadThumbs(message); got != want {
			t.Errorf("%q is %s, want %s", message, thumbWords[got], thumbWords[want])
		}
	}
}

// FuzzReadThumbs compares ReadThumbs with the rules written as regular expressions.
func FuzzReadThumbs(f *testing.F) {
	for _, s := range []string{"thisgame++", "(ThisGame--)", "xthisgame++", "thisgame\u2014", "thisgame+++thisgame\u2010\u2212", "thisgame-", "\xffthisgame--é", "QPL3++ thisgame++", "thisgame2++", "qpl3thisgame--"} {
		f.Add(s)
	}
	const (
		word   = `\pL\pN_`
		longer = `\x{2013}-\x{2015}\x{2e3a}\x{2e3b}\x{fe58}`
		dash   = longer + `\-\x{2010}-\x{2012}\x{2212}\x{fe63}\x{ff0d}`
		before = `(?:^|[^` + word + `])(?i:thisgame)`
	)
	up := regexp.MustCompile(before + `\+\++(?:$|[^+` + word + `])`)
	down := regexp.MustCompile(before + `(?:[` + dash + `]{2,}|[` + longer + `])(?:$|[^` + dash + word + `])`)
	f.Fuzz(func(t *testing.T, s string) {
		if strings.Contains(s, "ſ") {
			return // which patterns take for an s
		}
		var want protocol.Thumbs
		if up.MatchString(s) {
			want |= protocol.ThumbUp
		}
		if down.MatchString(s) {
			want |= protocol.ThumbDown
		}
		if got := protocol.ReadThumbs(s); got != want {
			t.Errorf("%q is %s, want %s", s, thumbWords[got], thumbWords[want])
		}
	})
}
