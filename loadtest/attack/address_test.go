package attack

import (
	"strings"
	"testing"

	"partyline/loadtest/report"
	"partyline/protocol"
)

func TestTheTableTellsRatioAndAnswers(t *testing.T) {
	r := &AddressReport{Rows: []AddressRow{{Attack: "flood", Alone: report.Summary{P50: 1, P99: 4}, Under: report.Summary{P50: 2, P99: 10},
		Met: map[string]int{"429": 7, "200": 3}, Before: 40, Highest: 51}}}
	var out strings.Builder
	if err := r.Write(&out); err != nil {
		t.Fatal(err)
	}
	const want = "| flood | 1.0 / 4.0 ms | 2.0 / 10.0 ms | 2.5 | 0.0 → 0.0 ms | 3 × 200, 7 × 429 | none | 40 → 51 |\n"
	if !strings.HasSuffix(out.String(), want) {
		t.Errorf("printed\n%swant at the end\n%s", out.String(), want)
	}
}

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

func TestAddressAttacksAreFoundByName(t *testing.T) {
	name := func(a addressAttack) string { return a.name }
	if some, err := choose(addressAttacks, name, []string{"metrics", "full-admission"}); err != nil || len(some) != 2 || some[1].wrap() == nil {
		t.Errorf("%v, %v", some, err)
	}
	if _, err := choose(addressAttacks, name, []string{"tickling"}); err == nil {
		t.Error("an attack that nobody knows was found")
	}
}
