package actors_test

import (
	"math/rand/v2"
	"testing"

	"partyline/actors"
	"partyline/protocol"
)

// TestPickAvoidsGamesOfTheSession: what was played is asked of the session, removed playings do
// not count, and the rules hold draw after draw, with games being added between them.
func TestPickAvoidsGamesOfTheSession(t *testing.T) {
	e := newFixture(t)
	e.stop()
	random := rand.New(rand.NewPCG(3, 5))
	e.hub = e.startWith(actors.Options{Journal: e.journal, MaxActiveSessions: 1, Draw: random.Float64})
	played := []protocol.GameID{1}
	q := protocol.Pick{SessionID: e.session, PlayerCount: 4, Drawing: "exclude"}
	for range 40 {
		q.ExcludePlayed = !q.ExcludePlayed
		picked, err := e.hub.Pick(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		recent := played
		if !q.ExcludePlayed {
			recent = played[max(0, len(played)-2):]
		}
		for _, id := range recent {
			if picked.Game.ID == id {
				t.Fatalf("game %d was drawn again after %v (exclude all: %v)", id, played, q.ExcludePlayed)
			}
		}
		if g := picked.Game; g.MinPlayers > 4 || g.MaxPlayers < 4 || g.GameType != nil && *g.GameType == "Drawing" || !g.Enabled {
			t.Fatalf("drawn against the filters: %+v", g)
		}
		play := do[protocol.SessionGame](t, e.hub, protocol.AddGame{ID: e.session, GameID: picked.Game.ID})
		if random.IntN(3) == 0 {
			do[protocol.Message](t, e.hub, protocol.RemoveGame{ID: e.session, GameID: play.ID})
			continue
		}
		played = append(played, picked.Game.ID)
	}
}

// TestDefaultDrawIsUniform: without a source of the test's own, all games of a neutral
// catalogue come equally often. By chance it fails once in a thousand million runs.
func TestDefaultDrawIsUniform(t *testing.T) {
	e := newFixture(t)
	const draws = 7_200
	counts := map[protocol.GameID]int{}
	for range draws {
		picked, err := e.hub.Pick(t.Context(), protocol.Pick{})
		if err != nil {
			t.Fatal(err)
		}
		counts[picked.Game.ID]++
	}
	chi := 0.0
	for id := protocol.GameID(1); id <= 72; id++ {
		d := float64(counts[id]) - draws/72
		chi += d * d / (draws / 72)
	}
	if chi > 168 { // 71 degrees of freedom
		t.Errorf("chi-square %.0f: %v", chi, counts)
	}
}
