package catalogue_test

import (
	"encoding/csv"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/actors/rules/catalogue"
	"partyline/protocol"
)

// The seeded games are those of the file, parsed here in another way, with ids in its order.
func TestSeededGames(t *testing.T) {
	file, err := os.Open("games.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	l := seeded(t)
	if got := len(l.Games(protocol.GameFilter{})); got != 72 || len(rows) != 73 {
		t.Fatalf("%d games of %d rows, want 72 of 73", got, len(rows))
	}
	for i, row := range rows[1:] {
		g, err := l.Game(protocol.GameID(i + 1))
		if err != nil {
			t.Fatal(err)
		}
		if got := cells(g); !slices.Equal(got, row) {
			t.Errorf("game %d is %q, want %q", g.ID, got, row)
		}
		if !g.Enabled || g.FavorBias != 0 || g.CreatedAt != noon {
			t.Errorf("game %d: enabled %v, bias %d, created %v", g.ID, g.Enabled, g.FavorBias, g.CreatedAt)
		}
	}
}

func TestGamesAreInNaturalOrder(t *testing.T) {
	var packs []string
	for _, p := range seeded(t).Packs() {
		packs = append(packs, p.Name)
	}
	want := []string{"Jackbox Naughty Pack", "Jackbox Party Pack 1", "Jackbox Party Pack 2", "Jackbox Party Pack 3", "Jackbox Party Pack 4",
		"Jackbox Party Pack 5", "Jackbox Party Pack 6", "Jackbox Party Pack 7", "Jackbox Party Pack 8", "Jackbox Party Pack 9",
		"Jackbox Party Pack 10", "Jackbox Party Pack 11", "Jackbox Party Pack 12", "Jackbox Party Starter", "Standalone"}
	if d := cmp.Diff(want, packs); d != "" {
		t.Error(d)
	}

	l := empty()
	for _, g := range [][2]string{{"pack 2", "b"}, {"Pack 10", "A"}, {"Pack 2", "C"}, {"pack 2", "A"}, {"Pack 2", "a"}, {"Pack 002", "x"}, {"Élan", "e"}, {"Pack 2", "B"}, {"élan", "f"}, {"Pack", "z"}} {
		l.add(t, g[0], g[1])
	}
	var got []string
	for _, g := range l.Games(protocol.GameFilter{}) {
		got = append(got, g.PackName+"/"+g.Title)
	}
	want = []string{"Pack/z", "Pack 002/x", "Pack 2/a", "Pack 2/B", "Pack 2/C", "pack 2/A", "pack 2/b", "Pack 10/A", "Élan/e", "élan/f"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestFilters(t *testing.T) {
	l := empty()
	l.add(t, "A", "quick", func(f *protocol.GameFields) { f.LengthMinutes = some(15); f.GameType = some("Drawing") })
	l.add(t, "A", "unknown length", func(f *protocol.GameFields) { f.SecondaryType = some("drawing"); f.FamilyFriendly = ptr(true) })
	l.add(t, "B", "medium", func(f *protocol.GameFields) { f.LengthMinutes = some(16); f.MinPlayers = ptr(3) })
	l.add(t, "B", "medium too", func(f *protocol.GameFields) { f.LengthMinutes = some(25); f.MaxPlayers = ptr(4) })
	l.add(t, "b", "long", func(f *protocol.GameFields) { f.LengthMinutes = some(26); f.Enabled = ptr(false) })
	tests := map[string]struct {
		filter protocol.GameFilter
		want   []protocol.GameID
	}{
		"none":            {protocol.GameFilter{}, []protocol.GameID{1, 2, 3, 4, 5}},
		"enabled":         {protocol.GameFilter{Enabled: ptr(true)}, []protocol.GameID{1, 2, 3, 4}},
		"disabled":        {protocol.GameFilter{Enabled: ptr(false)}, []protocol.GameID{5}},
		"two players":     {protocol.GameFilter{PlayerCount: 2}, []protocol.GameID{1, 2, 4, 5}},
		"at the least":    {protocol.GameFilter{PlayerCount: 3}, []protocol.GameID{1, 2, 3, 4, 5}},
		"at the most":     {protocol.GameFilter{PlayerCount: 4}, []protocol.GameID{1, 2, 3, 4, 5}},
		"five players":    {protocol.GameFilter{PlayerCount: 5}, []protocol.GameID{1, 2, 3, 5}},
		"only drawing":    {protocol.GameFilter{Drawing: "only"}, []protocol.GameID{1}},
		"exclude drawing": {protocol.GameFilter{Drawing: "exclude"}, []protocol.GameID{3, 4, 5}},
		"short":           {protocol.GameFilter{Length: "short"}, []protocol.GameID{1, 2}},
		"medium":          {protocol.GameFilter{Length: "medium"}, []protocol.GameID{3, 4}},
		"long":            {protocol.GameFilter{Length: "long"}, []protocol.GameID{5}},
		"family":          {protocol.GameFilter{FamilyFriendly: ptr(true)}, []protocol.GameID{2}},
		"no family":       {protocol.GameFilter{FamilyFriendly: ptr(false)}, []protocol.GameID{1, 3, 4, 5}},
		"exact pack":      {protocol.GameFilter{Pack: "b"}, []protocol.GameID{5}},
		"both":            {protocol.GameFilter{Pack: "B", PlayerCount: 5}, []protocol.GameID{3}},
		"nothing":         {protocol.GameFilter{Pack: "C"}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []protocol.GameID
			for _, g := range l.Games(tt.filter) {
				got = append(got, g.ID)
			}
			slices.Sort(got)
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestListsAreNeverNil(t *testing.T) {
	l := empty()
	if l.Games(protocol.GameFilter{}) == nil || l.Packs() == nil || l.PackMeta(noTotals) == nil {
		t.Error("a nil list would be null in JSON")
	}
}

func TestPackMetaAndJoin(t *testing.T) {
	l := empty()
	l.add(t, "Pack 10", "A")
	l.add(t, "Pack 2", "B")
	l.add(t, "Pack 2", "C", func(f *protocol.GameFields) { f.Enabled = ptr(false) })
	totals := catalogue.Totals(func(id protocol.GameID) (plays, up, down int64) { return int64(id) * 10, int64(id), 5 })
	want := []protocol.PackMeta{
		{Name: "Pack 2", TotalCount: 2, EnabledCount: 1, TotalPlays: 50},
		{Name: "Pack 10", TotalCount: 1, EnabledCount: 1, TotalPlays: 10},
	}
	if d := cmp.Diff(want, l.PackMeta(totals)); d != "" {
		t.Error(d)
	}
	games := l.Games(protocol.GameFilter{Pack: "Pack 10"})
	totals.AddTo(games)
	if g := games[0]; g.PlayCount != 10 || g.Upvotes != 1 || g.Downvotes != 5 || g.PopularityScore != -4 {
		t.Errorf("joined %+v", g)
	}
	if again, _ := l.Game(1); again.PlayCount != 0 {
		t.Error("joining wrote into the catalogue")
	}
}

func noTotals(protocol.GameID) (plays, up, down int64) { return 0, 0, 0 }

// cells is a game as a row of games.csv.
func cells(g protocol.Game) []string {
	bit := map[bool]string{false: "0", true: "1"}
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	minutes := ""
	if g.LengthMinutes != nil {
		minutes = itoa(*g.LengthMinutes)
	}
	return []string{g.PackName, g.Title, itoa(g.MinPlayers), itoa(g.MaxPlayers), minutes,
		bit[g.HasAudience], bit[g.FamilyFriendly], text(g.GameType), text(g.SecondaryType), text(g.Ticker)}
}

func itoa(n int) string { return strconv.Itoa(n) }
