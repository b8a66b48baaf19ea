package catalogue_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"partyline/actors/rules/catalogue"
	"partyline/protocol"
)

// The draws of all nine combinations of biases fit the contract's formula: a game's weight is
// 3, 1 or 0.2 times 2, 1 or 0.3.
func TestPickIsFair(t *testing.T) {
	l := empty()
	weights := map[protocol.GameID]float64{}
	sum := 0.0
	for pack, p := range map[string]struct {
		bias   int
		weight float64
	}{"liked": {1, 2}, "plain": {0, 1}, "disliked": {-1, 0.3}} {
		for bias, weight := range map[int]float64{1: 3, 0: 1, -1: 0.2} {
			id := l.add(t, pack, pack+itoa(bias), func(f *protocol.GameFields) { f.FavorBias = &bias })
			weights[id] = weight * p.weight
			sum += weight * p.weight
		}
		l.must(t, protocol.FavorPack{Name: pack, FavorBias: &p.bias})
	}
	l.add(t, "plain", "off", func(f *protocol.GameFields) { f.Enabled = ptr(false) })

	const draws = 100_000
	random := rand.New(rand.NewPCG(1, 2))
	counts := map[protocol.GameID]int{}
	for range draws {
		picked, err := l.Pick(protocol.Pick{}, nil, random.Float64())
		if err != nil {
			t.Fatal(err)
		}
		counts[picked.Game.ID]++
	}
	chi := 0.0
	for id, weight := range weights {
		want := draws * weight / sum
		chi += math.Pow(float64(counts[id])-want, 2) / want
	}
	// With 8 degrees of freedom a fair draw stays below 26.1 in 999 of 1,000 cases.
	if chi > 26.1 || len(counts) != len(weights) {
		t.Errorf("chi-square %.1f, counts %v, weights %v", chi, counts, weights)
	}
}

func TestPickWithEqualTitles(t *testing.T) {
	l := empty()
	a := l.add(t, "Pack 3", "Tee K.O.")
	l.add(t, "Starter", "TEE K.o.")
	b := l.add(t, "Pack 3", "Guesspionage")
	c := l.add(t, "Pack 3", "Fakin' It")
	picked, err := l.Pick(protocol.Pick{SessionID: 1}, []protocol.GameID{c, b, a}, 0.999)
	if err != nil || picked.Game.ID != c || picked.PoolSize != 1 || picked.TotalEnabled != 4 {
		t.Errorf("got %+v, %v; only game %d is neither recent nor the twin of one", picked, err, c)
	}
}

func TestPickWithoutGames(t *testing.T) {
	l := empty()
	a, b := l.add(t, "P", "A"), l.add(t, "P", "B")
	c := l.add(t, "P", "C", func(f *protocol.GameFields) { f.MinPlayers = ptr(5) })
	l.add(t, "P", "D", func(f *protocol.GameFields) { f.Enabled = ptr(false) })
	for name, tt := range map[string]struct {
		q       protocol.Pick
		recent  []protocol.GameID
		says    string
		details map[string]any
	}{
		"filters": {protocol.Pick{PlayerCount: 99}, nil, "No games match the current filters",
			map[string]any{"suggestion": "Try adjusting your filters or enabling more games"}},
		"the last two": {protocol.Pick{PlayerCount: 2, SessionID: 1}, []protocol.GameID{c, a, b}, "All eligible games have been played recently",
			map[string]any{"suggestion": "Enable more games or adjust your filters", "recentlyPlayed": []protocol.GameID{a, b}}},
		"all played": {protocol.Pick{SessionID: 1, ExcludePlayed: true}, []protocol.GameID{c, a, b}, "All eligible games have been played in this session",
			map[string]any{"suggestion": "Enable more games or adjust your filters", "recentlyPlayed": []protocol.GameID{c, a, b}}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := l.Pick(tt.q, tt.recent, 0.5)
			if err == nil || err.Code != protocol.CodeNotFound || err.Message != tt.says {
				t.Fatalf("got %v, want %s", err, tt.says)
			}
			if d := cmp.Diff(tt.details, err.Details); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestPickWithDrawsOutOfRange(t *testing.T) {
	l := seeded(t)
	for _, draw := range []float64{-1, 0, 1, 2, math.NaN(), math.Inf(1), math.Inf(-1), math.Nextafter(1, 0)} {
		if picked, err := l.Pick(protocol.Pick{}, nil, draw); err != nil || picked.Game.ID == 0 {
			t.Errorf("draw %v: %+v, %v", draw, picked, err)
		}
	}
}

// In any catalogue, with any filters and played games, a picked game passes all rules, and
// nothing is picked only when no game passes.
func TestPickObeysAllRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := catalogue.New()
		seq := protocol.Seq(0)
		for id := range protocol.GameID(rapid.IntRange(0, 12).Draw(t, "games")) {
			seq++
			s.Apply(&catalogue.GameCreated{Game: anyEntry(id+1).Draw(t, "game")}, seq)
		}
		q := protocol.Pick{
			PlayerCount:    rapid.IntRange(0, 9).Draw(t, "players"),
			Drawing:        rapid.SampledFrom([]string{"", "only", "exclude"}).Draw(t, "drawing"),
			Length:         rapid.SampledFrom([]string{"", "short", "medium", "long"}).Draw(t, "length"),
			FamilyFriendly: rapid.Ptr(rapid.Bool(), true).Draw(t, "family"),
			ExcludePlayed:  rapid.Bool().Draw(t, "exclude played"),
		}
		played := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) protocol.GameID {
			return protocol.GameID(rapid.IntRange(1, 14).Draw(t, "id"))
		}), 0, 5).Draw(t, "played")

		allowed := map[protocol.GameID]bool{}
		for _, g := range s.Games(protocol.GameFilter{}) {
			if g.Enabled && fits(g, q) && !leftOut(s, g, played, q.ExcludePlayed) {
				allowed[g.ID] = true
			}
		}
		picked, err := s.Pick(q, slices.Clone(played), rapid.Float64Range(0, 0.999999).Draw(t, "draw"))
		if (err == nil) != (len(allowed) > 0) {
			t.Fatalf("%d games are allowed, picking says %v", len(allowed), err)
		}
		if err == nil && (!allowed[picked.Game.ID] || picked.PoolSize != len(allowed)) {
			t.Fatalf("picked %+v of %v", picked, allowed)
		}
	})
}

// fits is the contract's rule on filters, implemented a second time.
func fits(g protocol.Game, q protocol.Pick) bool {
	minutes := 0
	if g.LengthMinutes != nil {
		minutes = *g.LengthMinutes
	}
	first, second := g.GameType != nil && *g.GameType == "Drawing", g.SecondaryType != nil && *g.SecondaryType == "Drawing"
	switch {
	case q.PlayerCount != 0 && (g.MinPlayers > q.PlayerCount || g.MaxPlayers < q.PlayerCount):
		return false
	case q.FamilyFriendly != nil && g.FamilyFriendly != *q.FamilyFriendly:
		return false
	case q.Drawing == "only" && !first, q.Drawing == "exclude" && (first || second):
		return false
	case q.Length == "short" && minutes > 15, q.Length == "medium" && (minutes < 16 || minutes > 25), q.Length == "long" && minutes < 26:
		return false
	}
	return true
}

func leftOut(s *catalogue.State, g protocol.Game, played []protocol.GameID, all bool) bool {
	for i, id := range played {
		p, err := s.Game(id)
		if err == nil && strings.EqualFold(p.Title, g.Title) && (all || i >= len(played)-2) {
			return true
		}
	}
	return false
}

func anyEntry(id protocol.GameID) *rapid.Generator[catalogue.Entry] {
	kinds := rapid.SampledFrom([]string{"Drawing", "Trivia", "Writing"})
	return rapid.Custom(func(t *rapid.T) catalogue.Entry {
		least := rapid.IntRange(1, 6).Draw(t, "least")
		return catalogue.Entry{
			ID:             id,
			PackName:       rapid.SampledFrom([]string{"Pack 1", "Pack 2", "pack 2", "Pack 10"}).Draw(t, "pack"),
			Title:          rapid.SampledFrom([]string{"Drawful", "DRAWFUL", "Earwax", "Quiplash", "quiplaſh", "Bidiots"}).Draw(t, "title"),
			MinPlayers:     least,
			MaxPlayers:     least + rapid.IntRange(0, 4).Draw(t, "more"),
			LengthMinutes:  rapid.Ptr(rapid.IntRange(1, 40), true).Draw(t, "minutes"),
			FamilyFriendly: rapid.Bool().Draw(t, "family"),
			GameType:       rapid.Ptr(kinds, true).Draw(t, "first"),
			SecondaryType:  rapid.Ptr(kinds, true).Draw(t, "second"),
			Enabled:        rapid.IntRange(0, 3).Draw(t, "enabled") > 0,
			FavorBias:      rapid.IntRange(-1, 1).Draw(t, "bias"),
		}
	})
}

func BenchmarkPick(b *testing.B) {
	l := seeded(b)
	recent := []protocol.GameID{3, 9, 27}
	for b.Loop() {
		if _, err := l.Pick(protocol.Pick{PlayerCount: 6}, recent, 0.5); err != nil {
			b.Fatal(err)
		}
	}
}
