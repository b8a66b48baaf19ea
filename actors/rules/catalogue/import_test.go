package catalogue_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"partyline/actors/rules/catalogue"
	"partyline/persistence"
	"partyline/protocol"
)

// importing is the command as the hub passes it on.
func importing(t testing.TB, mode protocol.ImportMode, data string) protocol.ImportGames {
	t.Helper()
	file, err := catalogue.ReadCSV(data)
	if err != nil {
		t.Fatal(err)
	}
	return protocol.ImportGames{CSVData: data, Mode: mode, Rows: file.Rows, Lines: file.Lines}
}

// Given three games, two of one name, when a file is imported, then these changes and this
// reply.
func TestImport(t *testing.T) {
	later := noon + 5
	entry := func(id protocol.GameID, pack, title string, change ...func(*catalogue.Entry)) catalogue.Entry {
		e := catalogue.Entry{ID: id, PackName: pack, Title: title, MinPlayers: 1, MaxPlayers: 8, Enabled: true, CreatedAt: noon}
		for _, c := range change {
			c(&e)
		}
		return e
	}
	fresh := func(e *catalogue.Entry) { e.CreatedAt = later }
	shorter := func(e *catalogue.Entry) { e.LengthMinutes = ptr(9) }
	off := func(e *catalogue.Entry) { e.Enabled = false }
	const same, plain = "P,A,1,8,,0,0,,\n", header + "\n"
	for name, tt := range map[string]struct {
		mode   protocol.ImportMode
		data   string
		then   catalogue.GamesImported
		answer protocol.GamesImported
	}{
		"append a new one": {protocol.ImportAppend, plain + "P,New,1,8,,0,0,,\n",
			catalogue.GamesImported{Added: []catalogue.Entry{entry(5, "P", "New", fresh)}},
			protocol.GamesImported{Message: "Successfully imported 1 games", Count: 1, Mode: protocol.ImportAppend, Added: 1}},
		"no mode is append": {"", plain + "P,New,1,8,,0,0,,\n",
			catalogue.GamesImported{Added: []catalogue.Entry{entry(5, "P", "New", fresh)}},
			protocol.GamesImported{Message: "Successfully imported 1 games", Count: 1, Mode: protocol.ImportAppend, Added: 1}},
		"append one that is there": {protocol.ImportAppend, plain + "P,A,1,8,9,0,0,,\n",
			catalogue.GamesImported{Updated: []catalogue.Entry{entry(1, "P", "A", shorter)}},
			protocol.GamesImported{Message: "Successfully imported 1 games", Count: 1, Mode: protocol.ImportAppend, Updated: 1}},
		"a name in another case is another game": {protocol.ImportAppend, plain + "p,A,1,8,,0,0,,\n",
			catalogue.GamesImported{Added: []catalogue.Entry{entry(5, "p", "A", fresh)}},
			protocol.GamesImported{Message: "Successfully imported 1 games", Count: 1, Mode: protocol.ImportAppend, Added: 1}},
		"what the file does not say stays": {protocol.ImportAppend, header + ",enabled\nP,B,1,8,9,0,0,,,\n",
			catalogue.GamesImported{Updated: []catalogue.Entry{entry(2, "P", "B", shorter, off)}},
			protocol.GamesImported{Message: "Successfully imported 1 games", Count: 1, Mode: protocol.ImportAppend, Updated: 1}},
		"twins by their ids": {protocol.ImportAppend, plain + "P,Twin,1,8,,0,0,,\nP,Twin,1,8,9,0,0,,\nP,Twin,1,8,,0,0,,\n",
			catalogue.GamesImported{Updated: []catalogue.Entry{entry(4, "P", "Twin", shorter)}, Added: []catalogue.Entry{entry(5, "P", "Twin", fresh)}},
			protocol.GamesImported{Message: "Successfully imported 3 games", Count: 3, Mode: protocol.ImportAppend, Added: 1, Updated: 1}},
		"replace": {protocol.ImportReplace, plain + same + "P,New,1,8,,0,0,,\n",
			catalogue.GamesImported{Added: []catalogue.Entry{entry(5, "P", "New", fresh)}, Removed: []protocol.GameID{2, 3, 4}},
			protocol.GamesImported{Message: "Successfully imported 2 games", Count: 2, Mode: protocol.ImportReplace, Added: 1, Removed: 3}},
		"replace by nothing": {protocol.ImportReplace, plain,
			catalogue.GamesImported{Removed: []protocol.GameID{1, 2, 3, 4}},
			protocol.GamesImported{Message: "Successfully imported 0 games", Mode: protocol.ImportReplace, Removed: 4}},
	} {
		t.Run(name, func(t *testing.T) {
			l := empty()
			l.add(t, "P", "A")
			l.add(t, "P", "B", func(f *protocol.GameFields) { f.Enabled = ptr(false) })
			l.add(t, "P", "Twin")
			l.add(t, "P", "Twin")
			facts, answer, err := l.do(importing(t, tt.mode, tt.data), later)
			if err != nil {
				t.Fatal(err)
			}
			tt.then.At, tt.then.Part = later, 1
			tt.answer.IgnoredColumns = []string{}
			if d := cmp.Diff([]catalogue.Fact{&tt.then}, facts); d != "" {
				t.Errorf("facts (-want +got):\n%s", d)
			}
			if d := cmp.Diff(any(tt.answer), answer); d != "" {
				t.Errorf("answer (-want +got):\n%s", d)
			}
			if facts, _, err := l.do(importing(t, tt.mode, tt.data), later); err != nil || len(facts) > 0 {
				t.Errorf("the same file again: %d facts, %v", len(facts), err)
			}
		})
	}
}

func TestImportRefuses(t *testing.T) {
	l := empty()
	for range catalogue.MaxGames - 1 {
		id := l.nextID()
		l.Apply(&catalogue.GameCreated{Game: catalogue.Entry{ID: id, PackName: "P", Title: fmt.Sprint(id)}}, 1)
	}
	two := importing(t, protocol.ImportAppend, header+"\nQ,A,1,8,,0,0,,\nQ,B,1,8,,0,0,,\n")
	if facts, err := l.Decide(nil, two, protocol.ReadingOf(noon)); err == nil || err.Message != "The catalogue holds at most 10000 games" || len(facts) > 0 {
		t.Errorf("one too many: %d facts, %v", len(facts), err)
	}
	two.Mode = protocol.ImportReplace
	if _, err := l.Decide(nil, two, protocol.ReadingOf(noon)); err != nil {
		t.Error("two in place of all:", err)
	}
	if facts, err := l.Decide(nil, protocol.ImportGames{CSVData: "x", Mode: protocol.ImportReplace}, protocol.ReadingOf(noon)); err == nil || len(facts) > 0 {
		t.Error("rows that were not read are not no rows:", facts)
	}
}

func TestPackThatKeepsAGameKeepsItsBias(t *testing.T) {
	l := empty()
	l.add(t, "P", "A")
	l.must(t, protocol.FavorPack{Name: "P", FavorBias: ptr(1)})
	l.must(t, importing(t, protocol.ImportReplace, header+"\nP,B,1,8,,0,0,,\n"))
	if d := cmp.Diff([]protocol.Pack{{Name: "P", FavorBias: 1}}, l.Packs()); d != "" {
		t.Error(d)
	}
}

// manyRows is a file of so many games, with the longest allowed texts or short ones.
func manyRows(n int, fat bool) string {
	var b strings.Builder
	b.WriteString(header + "\n")
	text := "T"
	if fat {
		text = strings.Repeat("<", protocol.MaxTitle-5)
	}
	for i := range n {
		fmt.Fprintf(&b, "%s,%s%05d,1,100000,1440,1,1,%[1]s,%[1]s\n", text, text, i)
	}
	return b.String()
}

// Each fact of any import fits an append of the journal, with a memo beside it.
func TestFactsOfAnImportFitTheJournal(t *testing.T) {
	l := empty()
	const last = 1 << 62 // ids as long as they can be
	for i := range protocol.GameID(catalogue.MaxGames) {
		l.Apply(&catalogue.GameCreated{Game: catalogue.Entry{ID: last + i, PackName: "P", Title: "T", CreatedAt: noon}}, 1)
	}
	facts, _, err := l.do(importing(t, protocol.ImportReplace, manyRows(catalogue.MaxGames, true)), noon)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range facts {
		most := persistence.MaxAppendBytes / 2
		if i == len(facts)-1 {
			most = persistence.MaxAppendBytes
		}
		if n := len(catalogue.AppendFact(nil, f)); n > most-100 {
			t.Errorf("fact %d of %d is %d bytes", i+1, len(facts), n)
		}
	}
	if len(facts) > persistence.MaxAppendRecords || len(l.Games(protocol.GameFilter{})) != catalogue.MaxGames {
		t.Errorf("%d facts, %d games", len(facts), len(l.Games(protocol.GameFilter{})))
	}
}

// An import that is killed among its parts has imported nothing, and an import after that is
// whole.
func TestImportIsAllOrNothing(t *testing.T) {
	l := seeded(t)
	before := string(l.AppendSnapshot(nil))
	start := len(l.log)
	if _, _, err := l.do(importing(t, protocol.ImportReplace, manyRows(320, false)), noon); err != nil {
		t.Fatal(err)
	}
	facts := l.log[start:]
	if len(facts) < 4 {
		t.Fatalf("%d facts are too few to cut", len(facts))
	}
	second := importing(t, protocol.ImportAppend, manyRows(170, false))
	for cut := range len(facts) {
		h := &catalogueLog{State: replayed(t, catalogue.New(), l.log[:start+cut]), log: l.log[: start+cut : start+cut]}
		if d := cmp.Diff(before, string(h.AppendSnapshot(nil))); d != "" {
			t.Fatalf("cut after %d of %d facts: %s", cut, len(facts), d)
		}
		if _, _, err := h.do(second, noon); err != nil {
			t.Fatal(err)
		}
		if n := len(h.Games(protocol.GameFilter{})); n != 72+170 {
			t.Fatalf("cut after %d of %d facts, then another import: %d games", cut, len(facts), n)
		}
		again := replayed(t, catalogue.New(), h.log)
		if d := cmp.Diff(string(h.AppendSnapshot(nil)), string(again.AppendSnapshot(nil))); d != "" {
			t.Fatalf("cut after %d of %d facts, replayed: %s", cut, len(facts), d)
		}
	}
}

// Parts without the fact that ends them have no effect.
func TestPartsAloneChangeNothing(t *testing.T) {
	game := func(id protocol.GameID) []catalogue.Entry {
		return []catalogue.Entry{{ID: id, PackName: "P", Title: "T", CreatedAt: noon}}
	}
	for name, facts := range map[string][]catalogue.Fact{
		"no end":         {&catalogue.ImportStaged{Part: 1, Added: game(1)}},
		"another fact":   {&catalogue.ImportStaged{Part: 1, Added: game(1)}, &catalogue.GameDeleted{ID: 9}, &catalogue.GamesImported{Part: 2, Added: game(2)}},
		"a missing part": {&catalogue.ImportStaged{Part: 1, Added: game(1)}, &catalogue.GamesImported{Part: 3, Added: game(2)}},
		"a missing one":  {&catalogue.ImportStaged{Part: 2, Added: game(1)}, &catalogue.GamesImported{Part: 2, Added: game(2)}},
		"begun twice":    {&catalogue.ImportStaged{Part: 1, Added: game(1)}, &catalogue.ImportStaged{Part: 1, Added: game(2)}, &catalogue.GamesImported{Part: 3, Added: game(3)}},
	} {
		t.Run(name, func(t *testing.T) {
			s := replayed(t, catalogue.New(), facts)
			if games := s.Games(protocol.GameFilter{}); len(games) > 0 {
				t.Errorf("got %+v", games)
			}
		})
	}
}

// The contract's rules, implemented a second time: after an import with replace the catalogue
// is the file; with append every row of the file is in it and no other game has changed. Ids
// stay with names as far as there are as many. An import after which two games would have one
// ticker is refused.
func TestImportAgainstANaiveModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := empty()
		for range rapid.IntRange(0, 8).Draw(t, "games") {
			fields := anyRow().Draw(t, "game")
			fields.Ticker = anyTicker(t)
			if _, _, err := l.do(protocol.CreateGame{GameFields: fields}, noon); err != nil && err.Code != protocol.CodeConflict {
				t.Fatal(err)
			}
		}
		before := l.Games(protocol.GameFilter{})
		c := protocol.ImportGames{CSVData: "read already", Mode: rapid.SampledFrom([]protocol.ImportMode{protocol.ImportAppend, protocol.ImportReplace}).Draw(t, "mode"),
			Rows: rapid.SliceOfN(anyRow(), 0, 8).Draw(t, "rows")}
		if c.Rows == nil {
			c.Rows = []protocol.GameFields{}
		}
		for i := range c.Rows {
			c.Rows[i].Ticker = anyTicker(t)
		}
		_, answer, err := l.do(c, noon+1)
		want, n := naiveImport(before, c)
		if shared := sharedTicker(want); shared != "" {
			if err == nil || err.Details["column"] != "ticker" {
				t.Fatalf("two games have %s: %v", shared, err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		got := map[protocol.GameID]protocol.Game{}
		for _, g := range l.Games(protocol.GameFilter{}) {
			g.CreatedAt = 0
			got[g.ID] = g
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("-want +got\n%s", d)
		}
		if a := answer.(protocol.GamesImported); a.Count != len(c.Rows) || a.Added != n.added || a.Removed != n.removed || len(before)+a.Added-a.Removed != len(got) {
			t.Fatalf("answered %+v, want %+v", a, n)
		}
	})
}

// sharedTicker is a ticker that two of the games have, "" for none.
func sharedTicker(games map[protocol.GameID]protocol.Game) string {
	seen := map[string]bool{}
	for _, g := range games {
		if g.Ticker == nil {
			continue
		}
		if seen[*g.Ticker] {
			return *g.Ticker
		}
		seen[*g.Ticker] = true
	}
	return ""
}

func anyTicker(t *rapid.T) protocol.Optional[string] {
	if rapid.Bool().Draw(t, "no such column") {
		return protocol.Optional[string]{}
	}
	return protocol.Optional[string]{Set: true, Value: rapid.Ptr(rapid.StringMatching("[A-C][0-9]"), true).Draw(t, "ticker")}
}

type naiveCount struct{ added, removed int }

// naiveImport searches everything for every row.
func naiveImport(before []protocol.Game, c protocol.ImportGames) (after map[protocol.GameID]protocol.Game, n naiveCount) {
	after = map[protocol.GameID]protocol.Game{}
	next := protocol.GameID(1)
	for _, g := range before {
		next = max(next, g.ID+1)
	}
	for _, row := range c.Rows {
		g := protocol.Game{ID: next, Enabled: true}
		for _, old := range before {
			if _, taken := after[old.ID]; !taken && old.PackName == *row.PackName && old.Title == *row.Title && (g.ID == next || old.ID < g.ID) {
				g = old
			}
		}
		if g.ID == next {
			next++
			n.added++
		}
		g.PackName, g.Title, g.MinPlayers, g.MaxPlayers = *row.PackName, *row.Title, *row.MinPlayers, *row.MaxPlayers
		g.LengthMinutes, g.GameType, g.SecondaryType = row.LengthMinutes.Value, row.GameType.Value, row.SecondaryType.Value
		g.HasAudience, g.FamilyFriendly = *row.HasAudience, *row.FamilyFriendly
		if row.Enabled != nil {
			g.Enabled = *row.Enabled
		}
		if row.Ticker.Set {
			g.Ticker = row.Ticker.Value
		}
		if row.FavorBias != nil {
			g.FavorBias = *row.FavorBias
		}
		g.CreatedAt = 0
		after[g.ID] = g
	}
	for _, old := range before {
		_, named := after[old.ID]
		switch {
		case named:
		case c.Mode == protocol.ImportReplace:
			n.removed++
		default:
			old.CreatedAt = 0
			after[old.ID] = old
		}
	}
	return after, n
}

// anyRow draws a row of a file.
func anyRow() *rapid.Generator[protocol.GameFields] {
	return rapid.Custom(func(t *rapid.T) protocol.GameFields {
		least := rapid.IntRange(1, 6).Draw(t, "least")
		kinds := rapid.SampledFrom([]string{"Drawing", "Trivia"})
		return protocol.GameFields{
			PackName:       ptr(rapid.SampledFrom([]string{"P", "p", "Q"}).Draw(t, "pack")),
			Title:          ptr(rapid.SampledFrom([]string{"A", "B", "C"}).Draw(t, "title")),
			MinPlayers:     &least,
			MaxPlayers:     ptr(least + rapid.IntRange(0, 4).Draw(t, "more")),
			LengthMinutes:  protocol.Optional[int]{Set: true, Value: rapid.Ptr(rapid.IntRange(1, 40), true).Draw(t, "minutes")},
			HasAudience:    ptr(rapid.Bool().Draw(t, "audience")),
			FamilyFriendly: ptr(rapid.Bool().Draw(t, "family")),
			GameType:       protocol.Optional[string]{Set: true, Value: rapid.Ptr(kinds, true).Draw(t, "first")},
			SecondaryType:  protocol.Optional[string]{Set: true, Value: rapid.Ptr(kinds, true).Draw(t, "second")},
			Enabled:        rapid.Ptr(rapid.Bool(), true).Draw(t, "enabled"),
			FavorBias:      rapid.Ptr(rapid.IntRange(-1, 1), true).Draw(t, "bias"),
		}
	})
}

func BenchmarkImport(b *testing.B) {
	for _, n := range []int{100, catalogue.MaxGames} {
		data := manyRows(n, false)
		b.Run(fmt.Sprintf("games=%d", n), func(b *testing.B) {
			for b.Loop() {
				l := empty()
				if _, _, err := l.do(importing(b, protocol.ImportReplace, data), noon); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
