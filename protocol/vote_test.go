package protocol_test

import (
	"strings"
	"testing"

	"partyline/protocol"
)

func TestNormalizeVoterName(t *testing.T) {
	for given, want := range map[string]string{
		"Ann": "Ann", " Ann\r\n": "Ann", "\u3000ann\u00a0": "ann", "a n": "a n", "Jürgen 🎉 语": "Jürgen 🎉 语", "": "", "  ": "",
		"an\u200bn": "ann", "\ufeffann": "ann", "a\u00adnn": "ann", "ann\u2060": "ann", "a\u034fnn": "ann", // blanks of no width
		"a\u200c\u200dnn": "ann", "❤\ufe0f": "❤", "ann\U000e0061": "ann", // joiners, variations and tags
		"\u202ennA\u202c": "nnA", "\u2066ann\u2069": "ann", "\u200eann": "ann", // directions
		"ann\u3164": "ann", "\u115fann\uffa0": "ann", // letters that show nothing
		"\u0600": "\u0600", "e\u0301": "e\u0301", // what is seen stays
		"\u200b \u200b": "", "ann\u200b ": "ann",
		"ann\nbob": "ann\nbob", "\x00": "\x00", // left for the check to refuse
	} {
		if got := protocol.NormalizeVoterName(given); got != want {
			t.Errorf("%q: %q, want %q", given, got, want)
		}
	}
	long := strings.Repeat("a", 100)
	if n := testing.AllocsPerRun(100, func() { protocol.NormalizeVoterName(long) }); n > 0 {
		t.Errorf("%v allocations for a plain name", n)
	}
}
