package catalogue_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"partyline/protocol"
)

// In random catalogues, with filters and played games, the games that may be drawn are drawn
// in proportion to the contract's weights, all of them, and no others. The seeds are fixed, so
// it never fails by chance.
func TestPickIsFairAmongTheRemainingGames(t *testing.T) {
	drawn := 0
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 17))
		h := someCatalogue(t, random)
		q := protocol.Pick{
			Drawing: pickOne(random, "", "", "only", "exclude"), Length: pickOne(random, "", "", "short", "medium", "long"),
			PlayerCount: random.IntN(6), SessionID: 1, ExcludePlayed: random.IntN(2) == 0,
		}
		if random.IntN(3) == 0 {
			q.FamilyFriendly = ptr(random.IntN(2) == 0)
		}
		played := make([]protocol.GameID, random.IntN(6))
		for i := range played {
			played[i] = protocol.GameID(1 + random.IntN(30))
		}
		weights := contractWeights(h, q, played)
		if len(weights) < 2 {
			continue // there is nothing to be fair about
		}
		drawn++
		const draws = 8_000
		counts := map[protocol.GameID]float64{}
		for range draws {
			picked, err := h.Pick(q, played, random.Float64())
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			if weights[picked.Game.ID] == 0 {
				t.Fatalf("seed %d: game %d breaks a rule of %+v after %v", seed, picked.Game.ID, q, played)
			}
			counts[picked.Game.ID]++
		}
		if chi, most := chiSquare(counts, weights, draws); chi > most {
			t.Errorf("seed %d: chi-square %.1f of at most %.1f: %v for weights %v", seed, chi, most, counts, weights)
		}
	}
	if drawn < 20 {
		t.Errorf("only %d of the catalogues had something to choose from", drawn)
	}
}

func pickOne(random *rand.Rand, words ...string) string { return words[random.IntN(len(words))] }

// someCatalogue has some thirty games in four packs, of which some are favored or disfavored.
func someCatalogue(t *testing.T, random *rand.Rand) *catalogueLog {
	l := empty()
	packs := []string{"Pack 1", "Pack 2", "Pack 10", "pack 2"}
	titles := []string{"Drawful", "DRAWFUL", "Earwax", "Quiplash", "Fibbage", "Bidiots", "Tee K.O.", "Champ'd Up", "Joke Boat", "Dodo Re Mi"}
	for range 30 {
		l.add(t, packs[random.IntN(len(packs))], titles[random.IntN(len(titles))], func(f *protocol.GameFields) {
			f.MinPlayers, f.MaxPlayers = ptr(1+random.IntN(3)), ptr(3+random.IntN(6))
			f.Enabled, f.FamilyFriendly = ptr(random.IntN(5) > 0), ptr(random.IntN(2) == 0)
			f.FavorBias = ptr(random.IntN(3) - 1)
			f.GameType, f.SecondaryType = some(pickOne(random, "Drawing", "Trivia", "")), some(pickOne(random, "Drawing", "", ""))
			if random.IntN(4) > 0 {
				f.LengthMinutes = some(1 + random.IntN(40))
			}
		})
	}
	for _, p := range l.Packs() {
		l.must(t, protocol.FavorPack{Name: p.Name, FavorBias: ptr(random.IntN(3) - 1)})
	}
	return l
}

// contractWeights is the contract's formula, implemented a second time, for every game that
// its other rules allow.
func contractWeights(h *catalogueLog, q protocol.Pick, played []protocol.GameID) map[protocol.GameID]float64 {
	ofGame, ofPack := map[int]float64{1: 3, 0: 1, -1: 0.2}, map[int]float64{1: 2, 0: 1, -1: 0.3}
	packs := map[string]int{}
	for _, p := range h.Packs() {
		packs[p.Name] = p.FavorBias
	}
	weights := map[protocol.GameID]float64{}
	for _, g := range h.Games(protocol.GameFilter{}) {
		if g.Enabled && fits(g, q) && !leftOut(h.State, g, played, q.ExcludePlayed) {
			weights[g.ID] = ofGame[g.FavorBias] * ofPack[packs[g.PackName]]
		}
	}
	return weights
}

// chiSquare is the distance of counts from the expectation by weights, and the bound that a
// fair draw stays below in all but one of a million cases (by Wilson and Hilferty).
func chiSquare(counts, weights map[protocol.GameID]float64, draws float64) (chi, most float64) {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	for id, w := range weights {
		want := draws * w / sum
		chi += (counts[id] - want) * (counts[id] - want) / want
	}
	const deviations = 4.75
	free := float64(len(weights) - 1)
	return chi, free * math.Pow(1-2/(9*free)+deviations*math.Sqrt(2/(9*free)), 3)
}

func TestChiSquareFindsAnUnfairDraw(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 17))
	l := empty()
	for _, title := range []string{"A", "B", "C", "D"} {
		l.add(t, "P", title)
	}
	weights := contractWeights(l, protocol.Pick{}, nil)
	counts := map[protocol.GameID]float64{}
	for range 20_000 {
		picked, err := l.Pick(protocol.Pick{}, nil, math.Pow(random.Float64(), 1.1))
		if err != nil {
			t.Fatal(err)
		}
		counts[picked.Game.ID]++
	}
	if chi, most := chiSquare(counts, weights, 20_000); chi <= most {
		t.Errorf("chi-square %.1f of at most %.1f: %v", chi, most, counts)
	}
}

// The last two played games are left out, and all of them with excludePlayed.
func TestLastTwoGamesAreLeftOut(t *testing.T) {
	l := empty()
	ids := map[protocol.GameID]bool{}
	for _, title := range []string{"A", "B", "C", "D", "E"} {
		ids[l.add(t, "P", title)] = true
	}
	drawnAfter := func(exclude bool, played ...protocol.GameID) map[protocol.GameID]bool {
		got := map[protocol.GameID]bool{}
		for i := range 1000 {
			picked, err := l.Pick(protocol.Pick{SessionID: 1, ExcludePlayed: exclude}, played, float64(i)/1000)
			if err != nil {
				t.Fatal(err)
			}
			got[picked.Game.ID] = true
		}
		return got
	}
	for name, c := range map[string]struct {
		exclude bool
		played  []protocol.GameID
		without []protocol.GameID
	}{
		"nothing played":         {false, nil, nil},
		"one":                    {false, []protocol.GameID{3}, []protocol.GameID{3}},
		"the last two of four":   {false, []protocol.GameID{1, 2, 3, 4}, []protocol.GameID{3, 4}},
		"the same twice":         {false, []protocol.GameID{1, 2, 2}, []protocol.GameID{2}},
		"an old one again":       {false, []protocol.GameID{1, 2, 1}, []protocol.GameID{1, 2}},
		"all that were played":   {true, []protocol.GameID{1, 2, 3, 4}, []protocol.GameID{1, 2, 3, 4}},
		"all, played or not":     {true, nil, nil},
		"one that is gone since": {false, []protocol.GameID{2, 99}, []protocol.GameID{2}},
	} {
		want := map[protocol.GameID]bool{}
		for id := range ids {
			want[id] = true
		}
		for _, id := range c.without {
			delete(want, id)
		}
		got := drawnAfter(c.exclude, c.played...)
		if len(got) != len(want) {
			t.Errorf("%s: drawn %v, want %v", name, got, want)
		}
		for id := range got {
			if !want[id] {
				t.Errorf("%s: game %d was drawn", name, id)
			}
		}
	}
}
