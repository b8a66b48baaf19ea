package catalogue_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"partyline/actors/rules/catalogue"
	"partyline/protocol"
)

// Candidates are one pick after the other, each as if the games before had been played.
func TestCandidatesAreRepeatedPicks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := catalogue.New()
		for id := range protocol.GameID(rapid.IntRange(0, 10).Draw(t, "games")) {
			s.Apply(&catalogue.GameCreated{Game: anyEntry(id+1).Draw(t, "game")}, 1)
		}
		q := protocol.Pick{PlayerCount: rapid.IntRange(0, 6).Draw(t, "players"), ExcludePlayed: rapid.Bool().Draw(t, "exclude played")}
		played := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) protocol.GameID {
			return protocol.GameID(rapid.IntRange(1, 12).Draw(t, "id"))
		}), 0, 4).Draw(t, "played")
		draws := rapid.SliceOfN(rapid.Float64Range(0, 0.999999), 2, 6).Draw(t, "draws")

		left := slices.Clone(played)
		if !q.ExcludePlayed {
			left = left[max(0, len(left)-2):]
		}
		var want []protocol.Game
		for _, draw := range draws {
			each := q
			each.ExcludePlayed = true
			picked, err := s.Pick(each, left, draw)
			if err != nil {
				break
			}
			want = append(want, picked.Game)
			left = append(left, picked.Game.ID)
		}
		got, err := s.PickCandidates(q, played, draws)
		if len(want) < 2 {
			if err == nil || err.Code != protocol.CodeNotFound || err.Details["suggestion"] == nil {
				t.Fatalf("rolled %v of %d games: %v", got, len(want), err)
			}
			return
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Fatalf("%v, -want +got:\n%s", err, diff)
		}
	})
}

func TestCandidatesOfOneGame(t *testing.T) {
	l := empty()
	l.add(t, "Pack 3", "Tee K.O.")
	l.add(t, "Starter", "TEE K.O.")
	_, err := l.PickCandidates(protocol.Pick{}, nil, []float64{0.5, 0.5})
	if err == nil || err.Message != "Only one game is left to choose from" {
		t.Error("twins are one game:", err)
	}
}
