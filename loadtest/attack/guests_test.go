package attack

import (
	"testing"

	"partyline/protocol"
)

func TestGuessedCodesAreCodesAndDiffer(t *testing.T) {
	seen := map[string]bool{}
	for n := range 10_000 {
		code, ok := protocol.NormalizeJoinCode(codeNumber(n))
		if !ok || seen[code] {
			t.Fatalf("code %d is %q, seen %v", n, codeNumber(n), seen[code])
		}
		seen[code] = true
	}
}
