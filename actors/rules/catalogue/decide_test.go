package catalogue_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/actors/rules/catalogue"
	"partyline/protocol"
)

// Given two packs of one game each, when a command comes, then these facts and this
// answer, or this refusal.
func TestDecide(t *testing.T) {
	drawful := catalogue.Entry{ID: 1, PackName: "Pack 1", Title: "Drawful", MinPlayers: 3, MaxPlayers: 8,
		LengthMinutes: ptr(20), GameType: ptr("Drawing"), Enabled: true, CreatedAt: noon}
	with := func(change func(*catalogue.Entry)) catalogue.Entry {
		e := drawful
		change(&e)
		return e
	}
	later := noon + 5
	tests := []struct {
		name   string
		when   protocol.Command
		then   []catalogue.Fact
		answer any
		code   protocol.Code
		says   string
	}{
		{name: "create with defaults", when: protocol.CreateGame{GameFields: protocol.GameFields{PackName: ptr("P"), Title: ptr("T"), MinPlayers: ptr(2), MaxPlayers: ptr(4)}},
			then:   []catalogue.Fact{&catalogue.GameCreated{At: later, Game: catalogue.Entry{ID: 3, PackName: "P", Title: "T", MinPlayers: 2, MaxPlayers: 4, Enabled: true, CreatedAt: later}}},
			answer: protocol.Game{ID: 3, PackName: "P", Title: "T", MinPlayers: 2, MaxPlayers: 4, Enabled: true, CreatedAt: later}},
		{name: "create with everything", when: protocol.CreateGame{GameFields: protocol.GameFields{PackName: ptr("P"), Title: ptr("T"), MinPlayers: ptr(2), MaxPlayers: ptr(4),
			LengthMinutes: some(9), HasAudience: ptr(true), FamilyFriendly: ptr(true), GameType: some("Trivia"), SecondaryType: some(""), Enabled: ptr(false), FavorBias: ptr(-1)}},
			then: []catalogue.Fact{&catalogue.GameCreated{At: later, Game: catalogue.Entry{ID: 3, PackName: "P", Title: "T", MinPlayers: 2, MaxPlayers: 4,
				LengthMinutes: ptr(9), HasAudience: true, FamilyFriendly: true, GameType: ptr("Trivia"), FavorBias: -1, CreatedAt: later}}},
			answer: protocol.Game{ID: 3, PackName: "P", Title: "T", MinPlayers: 2, MaxPlayers: 4,
				LengthMinutes: ptr(9), HasAudience: true, FamilyFriendly: true, GameType: ptr("Trivia"), FavorBias: -1, CreatedAt: later}},
		{name: "update one field", when: protocol.UpdateGame{ID: 1, GameFields: protocol.GameFields{MaxPlayers: ptr(9)}},
			then:   []catalogue.Fact{&catalogue.GameUpdated{At: later, Game: with(func(e *catalogue.Entry) { e.MaxPlayers = 9 })}},
			answer: ptr(with(func(e *catalogue.Entry) { e.MaxPlayers = 9 })).Resource()},
		{name: "update to null", when: protocol.UpdateGame{ID: 1, GameFields: protocol.GameFields{LengthMinutes: null[int](), GameType: null[string]()}},
			then:   []catalogue.Fact{&catalogue.GameUpdated{At: later, Game: with(func(e *catalogue.Entry) { e.LengthMinutes, e.GameType = nil, nil })}},
			answer: ptr(with(func(e *catalogue.Entry) { e.LengthMinutes, e.GameType = nil, nil })).Resource()},
		{name: "update to what it is", when: protocol.UpdateGame{ID: 1, GameFields: protocol.GameFields{Title: ptr("Drawful"), LengthMinutes: some(20)}},
			answer: drawful.Resource()},
		{name: "update of nobody", when: protocol.UpdateGame{ID: 9}, code: protocol.CodeNotFound, says: "Game not found"},
		{name: "update below the least", when: protocol.UpdateGame{ID: 1, GameFields: protocol.GameFields{MaxPlayers: ptr(2)}},
			code: protocol.CodeInvalid, says: "min_players must not be greater than max_players"},
		{name: "delete", when: protocol.DeleteGame{ID: 1}, then: []catalogue.Fact{&catalogue.GameDeleted{At: later, ID: 1}},
			answer: protocol.Message{Message: "Game deleted successfully"}},
		{name: "delete of nobody", when: protocol.DeleteGame{ID: 9}, code: protocol.CodeNotFound, says: "Game not found"},
		{name: "toggle", when: protocol.ToggleGame{ID: 1}, then: []catalogue.Fact{&catalogue.GameToggled{At: later, ID: 1, Enabled: false}},
			answer: ptr(with(func(e *catalogue.Entry) { e.Enabled = false })).Resource()},
		{name: "toggle of nobody", when: protocol.ToggleGame{ID: 9}, code: protocol.CodeNotFound, says: "Game not found"},
		{name: "favor", when: protocol.FavorGame{ID: 1, FavorBias: ptr(1)}, then: []catalogue.Fact{&catalogue.GameFavored{At: later, ID: 1, Bias: 1}},
			answer: protocol.FavorSet{Message: "Favor bias updated successfully", FavorBias: 1}},
		{name: "favor as it is", when: protocol.FavorGame{ID: 1, FavorBias: ptr(0)},
			answer: protocol.FavorSet{Message: "Favor bias updated successfully", FavorBias: 0}},
		{name: "favor of nobody", when: protocol.FavorGame{ID: 9, FavorBias: ptr(0)}, code: protocol.CodeNotFound, says: "Game not found"},
		{name: "toggle pack", when: protocol.TogglePack{Name: "Pack 2", Enabled: ptr(false)}, then: []catalogue.Fact{&catalogue.PackToggled{At: later, Name: "Pack 2"}},
			answer: protocol.PackToggled{Message: "Pack disabled successfully", GamesAffected: 1}},
		{name: "toggle pack as it is", when: protocol.TogglePack{Name: "Pack 2", Enabled: ptr(true)},
			answer: protocol.PackToggled{Message: "Pack enabled successfully", GamesAffected: 1}},
		{name: "toggle pack of another case", when: protocol.TogglePack{Name: "pack 2", Enabled: ptr(true)}, code: protocol.CodeNotFound, says: "Pack not found"},
		{name: "favor pack", when: protocol.FavorPack{Name: "Pack 2", FavorBias: ptr(-1)}, then: []catalogue.Fact{&catalogue.PackFavored{At: later, Name: "Pack 2", Bias: -1}},
			answer: protocol.FavorSet{Message: "Pack favor bias updated successfully", FavorBias: -1}},
		{name: "favor pack as it is", when: protocol.FavorPack{Name: "Pack 2", FavorBias: ptr(0)},
			answer: protocol.FavorSet{Message: "Pack favor bias updated successfully", FavorBias: 0}},
		{name: "favor no pack", when: protocol.FavorPack{Name: "", FavorBias: ptr(0)}, code: protocol.CodeNotFound, says: "Pack not found"},
		{name: "seed games from before there were tickers", when: catalogue.Seed{},
			then: []catalogue.Fact{&catalogue.TickersGiven{At: later, Tickers: []catalogue.GivenTicker{}}}},
		{name: "somebody else's command", when: protocol.RevokeToken{}, code: protocol.CodeInternal, says: "the catalogue does not know protocol.RevokeToken"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			given := empty()
			given.add(t, "Pack 1", "Drawful", func(f *protocol.GameFields) {
				f.MinPlayers, f.LengthMinutes, f.GameType = ptr(3), some(20), some("Drawing")
			})
			given.add(t, "Pack 2", "Earwax")
			facts, answer, err := given.do(tt.when, later)
			if tt.code != "" {
				if err == nil || err.Code != tt.code || err.Message != tt.says || len(facts) > 0 {
					t.Fatalf("got %v and %d facts, want %s: %s", err, len(facts), tt.code, tt.says)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.then, facts); d != "" {
				t.Errorf("facts (-want +got):\n%s", d)
			}
			if d := cmp.Diff(tt.answer, answer); d != "" {
				t.Errorf("answer (-want +got):\n%s", d)
			}
		})
	}
}

func TestDecideAppendsAndChangesNothing(t *testing.T) {
	l := seeded(t)
	before := string(l.AppendSnapshot(nil))
	first := &catalogue.GameDeleted{ID: 7}
	facts, err := l.Decide([]catalogue.Fact{first}, protocol.DeleteGame{ID: 1}, protocol.ReadingOf(noon))
	if err != nil || len(facts) != 2 || facts[0] != catalogue.Fact(first) {
		t.Fatalf("got %v, %v", facts, err)
	}
	if after := string(l.AppendSnapshot(nil)); after != before {
		t.Error("Decide changed the catalogue")
	}
}

func TestIDsAreNeverReused(t *testing.T) {
	l := empty()
	l.add(t, "P", "A")
	second := l.add(t, "P", "B")
	l.must(t, protocol.DeleteGame{ID: second})
	again := catalogue.New()
	if err := again.Restore(l.AppendSnapshot(nil)); err != nil {
		t.Fatal(err)
	}
	l.State = again
	if id := l.add(t, "P", "C"); id != 3 {
		t.Errorf("the game after a deleted one has id %d, want 3", id)
	}
}

func TestEmptiedCatalogueIsNotSeeded(t *testing.T) {
	l := empty()
	l.must(t, protocol.DeleteGame{ID: l.add(t, "P", "A")})
	l.must(t, catalogue.Seed{}) // which gives no game a ticker
	if n := len(l.Games(protocol.GameFilter{})); n > 0 {
		t.Errorf("%d games", n)
	}
	if facts, _, err := l.do(catalogue.Seed{}, noon); err != nil || len(facts) > 0 {
		t.Errorf("got %v, %v; a host who deletes all games wants none", facts, err)
	}
}

func TestClockThatWasAheadDoesNotDateLaterFacts(t *testing.T) {
	l := empty()
	l.add(t, "P", "A")
	facts, _, _ := l.do(protocol.ToggleGame{ID: 1}, noon-1000)
	if at := facts[0].(*catalogue.GameToggled).At; at != noon-1000 {
		t.Errorf("a fact at %v, want it at %v", at, noon-1000)
	}
}

func TestCatalogueIsBounded(t *testing.T) {
	l := empty()
	for range catalogue.MaxGames {
		l.Apply(&catalogue.GameCreated{Game: catalogue.Entry{ID: l.nextID(), PackName: "P", Title: "T"}}, 1)
	}
	_, err := l.Decide(nil, protocol.CreateGame{}, protocol.ReadingOf(noon))
	if err == nil || err.Code != protocol.CodeInvalid {
		t.Errorf("game %d: %v", catalogue.MaxGames+1, err)
	}
}

func (l *catalogueLog) nextID() protocol.GameID {
	l.log = append(l.log, nil)
	return protocol.GameID(len(l.log))
}

func TestPackBiasOutlivesRenamingItsOnlyGame(t *testing.T) {
	l := empty()
	id := l.add(t, "Solo", "A")
	l.must(t, protocol.FavorPack{Name: "Solo", FavorBias: ptr(1)})
	l.must(t, protocol.UpdateGame{ID: id, GameFields: protocol.GameFields{Title: ptr("Z")}})
	if d := cmp.Diff([]protocol.Pack{{Name: "Solo", FavorBias: 1}}, l.Packs()); d != "" {
		t.Error(d)
	}
}

func TestPackBiasGoesWithTheLastGame(t *testing.T) {
	for name, leave := range map[string]protocol.Command{
		"deleted": protocol.DeleteGame{ID: 1},
		"moved":   protocol.UpdateGame{ID: 1, GameFields: protocol.GameFields{PackName: ptr("Other")}},
	} {
		t.Run(name, func(t *testing.T) {
			l := empty()
			l.add(t, "Solo", "A")
			l.must(t, protocol.FavorPack{Name: "Solo", FavorBias: ptr(1)})
			l.must(t, leave)
			l.add(t, "Solo", "B")
			for _, p := range l.Packs() {
				if p.FavorBias != 0 {
					t.Errorf("%s came back with bias %d", p.Name, p.FavorBias)
				}
			}
		})
	}
}

func TestEntriesShareNothingWithCommands(t *testing.T) {
	l := empty()
	minutes := 20
	l.add(t, "P", "A", func(f *protocol.GameFields) {
		f.LengthMinutes = protocol.Optional[int]{Set: true, Value: &minutes}
	})
	minutes = 99
	if g, _ := l.Game(1); *g.LengthMinutes != 20 {
		t.Errorf("the caller's variable changed the game to %d minutes", *g.LengthMinutes)
	}
}

func TestPackTogglesAllItsGamesAndNoOthers(t *testing.T) {
	l := empty()
	for _, pack := range []string{"P", "P", "p", "P 2"} {
		l.add(t, pack, "A")
	}
	l.must(t, protocol.ToggleGame{ID: 2})
	l.must(t, protocol.TogglePack{Name: "P", Enabled: ptr(false)})
	for id, want := range map[protocol.GameID]bool{1: false, 2: false, 3: true, 4: true} {
		if g, _ := l.Game(id); g.Enabled != want {
			t.Errorf("game %d of %q is enabled: %v", id, g.PackName, g.Enabled)
		}
	}
	if n := len(l.Games(protocol.GameFilter{Enabled: ptr(false)})); n != 2 {
		t.Errorf("the list has %d disabled games, want 2", n)
	}
}
