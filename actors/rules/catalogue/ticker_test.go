package catalogue_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"partyline/actors/codec/codectest"
	"partyline/actors/rules/catalogue"
	"partyline/protocol"
)

func ticker(t string) func(*protocol.GameFields) {
	return func(f *protocol.GameFields) { f.Ticker = some(t) }
}

// wantTickers fails unless these are all tickers.
func (l *catalogueLog) wantTickers(t codectest.Failer, want map[string]protocol.GameID) {
	if d := cmp.Diff(want, l.Tickers()); d != "" {
		t.Fatalf("tickers (-want +got):\n%s", d)
	}
}

func TestBuiltInGamesHaveTickers(t *testing.T) {
	l := seeded(t)
	if n := len(l.Tickers()); n != 72 {
		t.Errorf("%d tickers for 72 games", n)
	}
	for ticker, title := range map[string]string{"qpl3": "Quiplash 3", "TMP2": "Trivia Murder Party 2", "Fib4": "Fibbage 4"} {
		if g, ok := l.GameByTicker(ticker); !ok || g.Title != title || *g.Ticker != protocol.NormalizeTicker(ticker) {
			t.Errorf("%s is %+v, want %s", ticker, g, title)
		}
	}
	for ticker := range l.Tickers() {
		if len(ticker) > 4 {
			t.Errorf("%s is longer than the reference allows", ticker)
		}
	}
}

func TestTickersAreUnique(t *testing.T) {
	l := empty()
	a := l.add(t, "P", "A", ticker("abc1"))
	b := l.add(t, "P", "B")
	l.wantTickers(t, map[string]protocol.GameID{"ABC1": a})
	refused := func(cmd protocol.Command) {
		t.Helper()
		if _, _, err := l.do(cmd, noon); err == nil || err.Code != protocol.CodeConflict || err.Message != "The ticker ABC1 belongs to A of P (game 1)" {
			t.Errorf("%+v: %v", cmd, err)
		}
	}
	refused(protocol.UpdateGame{ID: b, GameFields: protocol.GameFields{Ticker: some("Abc1")}})
	refused(protocol.CreateGame{GameFields: protocol.GameFields{PackName: ptr("P"), Title: ptr("C"), MinPlayers: ptr(1), MaxPlayers: ptr(2), Ticker: some("ABC1")}})
	l.must(t, protocol.UpdateGame{ID: a, GameFields: protocol.GameFields{Ticker: some("ABC1"), Title: ptr("AA")}})
	l.must(t, protocol.TogglePack{Name: "P", Enabled: ptr(false)})
	if g, ok := l.GameByTicker("abc1"); !ok || g.Title != "AA" || g.Enabled {
		t.Errorf("the ticker finds %+v", g)
	}
	l.must(t, protocol.UpdateGame{ID: a, GameFields: protocol.GameFields{Ticker: null[string]()}})
	l.must(t, protocol.UpdateGame{ID: b, GameFields: protocol.GameFields{Ticker: some("abc1")}})
	l.wantTickers(t, map[string]protocol.GameID{"ABC1": b})
	l.must(t, protocol.DeleteGame{ID: b})
	l.wantTickers(t, map[string]protocol.GameID{})
	l.must(t, protocol.UpdateGame{ID: a, GameFields: protocol.GameFields{Ticker: some("abc1")}})
	l.must(t, protocol.UpdateGame{ID: a, GameFields: protocol.GameFields{Ticker: some("")}})
	if g, _ := l.Game(a); g.Ticker != nil {
		t.Errorf("an empty ticker is %q", *g.Ticker)
	}
}

// Given games A with AAA, B with BBB and C without, when a file is imported, then these tickers,
// or this refusal.
func TestImportOfTickers(t *testing.T) {
	const columns = "pack_name,title,min_players,max_players,ticker\n"
	for name, tt := range map[string]struct {
		mode protocol.ImportMode
		data string
		want map[string]protocol.GameID
		err  string
	}{
		"no such column":     {"", "pack_name,title,min_players,max_players\nP,A,1,9\n", map[string]protocol.GameID{"AAA": 1, "BBB": 2}, ""},
		"an empty cell":      {"", columns + "P,A,1,8,\n", map[string]protocol.GameID{"BBB": 2}, ""},
		"a new game":         {"", columns + "P,New,1,8,new\n", map[string]protocol.GameID{"AAA": 1, "BBB": 2, "NEW": 4}, ""},
		"they change places": {"", columns + "P,A,1,8,bbb\nP,B,1,8,AAA\n", map[string]protocol.GameID{"AAA": 2, "BBB": 1}, ""},
		"one moves on":       {"", columns + "P,A,1,8,\nP,New,1,8,AAA\n", map[string]protocol.GameID{"AAA": 4, "BBB": 2}, ""},
		"a removed one's":    {protocol.ImportReplace, columns + "P,C,1,8,AAA\n", map[string]protocol.GameID{"AAA": 3}, ""},
		"another's":          {"", columns + "P,A,1,8,AAA\n\nP,C,1,8,bbb\n", nil, "line 4, column ticker: BBB belongs to B of P"},
		"a new game's":       {"", columns + "P,New,1,8,AAA\n", nil, "line 2, column ticker: AAA belongs to A of P"},
	} {
		t.Run(name, func(t *testing.T) {
			l := empty()
			l.add(t, "P", "A", ticker("AAA"))
			l.add(t, "P", "B", ticker("BBB"))
			l.add(t, "P", "C")
			facts, _, err := l.do(importing(t, tt.mode, tt.data), noon)
			if tt.err != "" {
				if err == nil || err.Code != protocol.CodeInvalid || err.Message != tt.err || len(facts) > 0 {
					t.Errorf("%v, want %s", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			l.wantTickers(t, tt.want)
			again := &catalogueLog{State: replayed(t, catalogue.New(), l.log)}
			again.wantTickers(t, tt.want)
		})
	}
}

// The built-in games of a catalogue from before there were tickers get theirs, once: those that
// the host has renamed, given a ticker or deleted do not.
func TestOldCatalogueGetsTickers(t *testing.T) {
	old := seeded(t)
	before := old.log[0].(*catalogue.Seeded)
	games := slices.Clone(before.Games)
	for i := range games {
		games[i].Ticker = ""
	}
	l := empty()
	l.log = []catalogue.Fact{&catalogue.Seeded{At: noon, Games: games}}
	l.Apply(l.log[0], 1)
	l.must(t, protocol.UpdateGame{ID: 1, GameFields: protocol.GameFields{Title: ptr("YDKJ")}})
	l.must(t, protocol.UpdateGame{ID: 2, GameFields: protocol.GameFields{Ticker: some("MINE")}})
	l.must(t, protocol.DeleteGame{ID: 3})
	l.add(t, "Ours", "Charades", ticker("LSWT")) // that of game 4
	l.must(t, catalogue.Seed{})
	want := old.Tickers()
	maps.DeleteFunc(want, func(_ string, id protocol.GameID) bool { return id <= 4 })
	want["MINE"], want["LSWT"] = 2, 73
	l.wantTickers(t, want)

	l.must(t, protocol.UpdateGame{ID: 31, GameFields: protocol.GameFields{Ticker: null[string]()}})
	for name, s := range map[string]*catalogue.State{
		"live": l.State, "replayed": replayed(t, catalogue.New(), l.log), "restored": codectest.Restored(t, catalogue.New(), l.AppendSnapshot(nil)),
	} {
		if facts, err := s.Decide(nil, catalogue.Seed{}, protocol.ReadingOf(noon)); err != nil || len(facts) > 0 {
			t.Errorf("%s: a second start gives %v, %v", name, facts, err)
		}
	}
}

// Whatever is done, no two games have one ticker, and each is found by its own.
func TestTickersStayUnique(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := empty()
		for range rapid.IntRange(0, 30).Draw(t, "commands") {
			if cmd := anyCommand().Draw(t, "command"); cmd.Check() == nil {
				_, _, _ = l.do(cmd, noon)
			}
			want := map[string]protocol.GameID{}
			for _, g := range l.Games(protocol.GameFilter{}) {
				if g.Ticker == nil {
					continue
				}
				if other, twice := want[*g.Ticker]; twice {
					t.Fatalf("%s belongs to %d and %d", *g.Ticker, other, g.ID)
				}
				want[*g.Ticker] = g.ID
			}
			l.wantTickers(t, want)
			codectest.Restored(t, catalogue.New(), l.AppendSnapshot(nil))
			(&catalogueLog{State: replayed(t, catalogue.New(), l.log)}).wantTickers(t, want)
		}
	})
}
