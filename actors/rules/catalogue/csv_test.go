package catalogue_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/actors/rules/catalogue"
	"partyline/protocol"
)

const header = "pack_name,title,min_players,max_players,length_minutes,has_audience,family_friendly,game_type,secondary_type"

func TestReadCSV(t *testing.T) {
	want := []protocol.GameFields{{
		PackName: ptr("P, the \"best\""), Title: ptr("T, wo"), MinPlayers: ptr(1), MaxPlayers: ptr(8), LengthMinutes: null[int](),
		HasAudience: ptr(true), FamilyFriendly: ptr(false), GameType: some("Trivia"), SecondaryType: null[string](), FavorBias: ptr(-1),
	}}
	for name, data := range map[string]string{
		"all columns": header + ",enabled,favor_bias\n\"P, the \"\"best\"\"\",\"T, wo\",1,8,,1,0,Trivia,,,-1\n",
		"windows":     "\ufeff" + header + ",enabled,favor_bias\r\n\"P, the \"\"best\"\"\",\"T, wo\",1,8,,true,false,Trivia,,,-1",
		"in another order": "favor_bias,title,pack_name,min_players,max_players,length_minutes,has_audience,family_friendly,secondary_type,game_type\n" +
			"-1,\"T, wo\",\"P, the \"\"best\"\"\",1,8,,1,0,,Trivia\n",
	} {
		t.Run(name, func(t *testing.T) {
			file, err := catalogue.ReadCSV(data)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, file.Rows); d != "" {
				t.Error(d)
			}
			if len(file.Ignored) > 0 {
				t.Errorf("ignored %q", file.Ignored)
			}
		})
	}
}

// Four columns are enough, in any order; missing columns leave fields unset, and unknown ones
// are ignored by name.
func TestReadCSVWithRequiredColumnsOnly(t *testing.T) {
	little := []protocol.GameFields{{PackName: ptr("P"), Title: ptr("T"), MinPlayers: ptr(1), MaxPlayers: ptr(8)}}
	typed := []protocol.GameFields{{PackName: ptr("P"), Title: ptr("T"), MinPlayers: ptr(1), MaxPlayers: ptr(8), GameType: some("Trivia")}}
	many := make([]string, 60)
	for i := range many {
		many[i] = fmt.Sprint("column ", i)
	}
	for name, tt := range map[string]struct {
		data    string
		want    []protocol.GameFields
		ignored []string
	}{
		"four columns":    {"pack_name,title,min_players,max_players\nP,T,1,8\n", little, nil},
		"another order":   {"max_players,min_players,title,pack_name\n8,1,T,P\n", little, nil},
		"one more":        {"game_type,pack_name,title,min_players,max_players\nTrivia,P,T,1,8\n", typed, nil},
		"unknown columns": {"id,pack_name,title,price,min_players,max_players,Title\n7,P,T,free,1,8,x\n", little, []string{"id", "price", "Title"}},
		"ones twice":      {"price,price,pack_name,title,min_players,max_players\n1,2,P,T,1,8\n", little, []string{"price", "price"}},
		"without a name":  {"pack_name,title,min_players,max_players,,\nP,T,1,8,,x\n", little, nil},
		"a long name":     {strings.Repeat("x", 65) + ",pack_name,title,min_players,max_players\n,P,T,1,8\n", little, []string{strings.Repeat("x", 64) + "…"}},
		"very many":       {strings.Join(many, ",") + ",pack_name,title,min_players,max_players\n" + strings.Repeat(",", 60) + "P,T,1,8\n", little, many[:50]},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := catalogue.ReadCSV(tt.data)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, file.Rows); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(tt.ignored, file.Ignored); d != "" {
				t.Error("ignored:", d)
			}
		})
	}
}

func TestReadCSVNamesTheMistake(t *testing.T) {
	row := func(line string) string { return header + "\nP,T,1,8,18,0,0,Trivia,\n" + line + "\nP,,x\n" }
	for name, tt := range map[string]struct{ data, want string }{
		"empty":             {"", "line 1: the header is missing"},
		"no header":         {"P,T,1,8,18,0,0,Trivia,\n", "line 1, column pack_name: the column is missing"},
		"missing column":    {"pack_name,title,max_players,least\n", "line 1, column min_players: the column is missing"},
		"endless columns":   {header + strings.Repeat(",", 16_384), "line 1: more than 16384 columns"},
		"double column":     {header + ",title\n", "line 1, column title: the column is listed twice"},
		"broken header":     {"pack\"name\n", `line 1, character 5: bare " in non-quoted-field`},
		"short row":         {row("P,T,1,8"), "line 3, character 1: wrong number of fields"},
		"stray quote":       {row(`P,T "x",1,8,18,0,0,Trivia,`), `line 3, character 5: bare " in non-quoted-field`},
		"no pack":           {row(",T,1,8,18,0,0,Trivia,"), "line 3, column pack_name: must not be empty"},
		"no title":          {row("P,,1,8,18,0,0,Trivia,"), "line 3, column title: must not be empty"},
		"no least":          {row("P,T,,8,18,0,0,Trivia,"), "line 3, column min_players: must be a whole number"},
		"half a player":     {row("P,T,1,8.5,18,0,0,Trivia,"), "line 3, column max_players: must be a whole number"},
		"huge number":       {row("P,T,1,99999999999999999999,18,0,0,Trivia,"), "line 3, column max_players: must be a whole number"},
		"wordy length":      {row("P,T,1,8,long,0,0,Trivia,"), "line 3, column length_minutes: must be a whole number"},
		"no truth":          {row("P,T,1,8,18,2,0,Trivia,"), "line 3, column has_audience: must be 0 or 1"},
		"maybe":             {row("P,T,1,8,18,0,maybe,Trivia,"), "line 3, column family_friendly: must be 0 or 1"},
		"more than at most": {row("P,T,9,8,18,0,0,Trivia,"), "line 3: min_players must not be greater than max_players"},
		"no players":        {row("P,T,0,8,18,0,0,Trivia,"), "line 3: min_players must be between 1 and 100000"},
		"long title":        {row("P," + strings.Repeat("x", 201) + ",1,8,18,0,0,Trivia,"), "line 3: title must be 1 to 200 characters"},
		"two lines":         {header + "\nP,\"T\nwo\",1,8,18,0,0,Trivia,\n", "line 2: title must not contain line breaks or other control characters"},
		"not UTF-8":         {row("P,\xff,1,8,18,0,0,Trivia,"), "line 3: title must be valid UTF-8"},
		"bad bias":          {header + ",favor_bias\nP,T,1,8,18,0,0,Trivia,,2\n", "line 2: favor_bias must be 1 (favor), -1 (disfavor), or 0 (neutral)"},
		"twice by spelling": {"Game Pack,game-pack,title,min,max\n", "line 1, column game-pack: the column is listed twice"},
		"below a separator": {"sep=;\npack;title;min;max\nP;T;x;8\n", "line 3, column min_players: must be a whole number"},
		"only a separator":  {"sep=;\n", "line 2: the header is missing"},
		"half below one":    {"sep=;\npack;title;min;max\nP;T\n", "line 3, character 1: wrong number of fields"},
		"UTF-16":            {"\xff\xfep\x00", "line 1: the file is UTF-16; save it as CSV UTF-8"},
		"a short ticker":    {header + ",ticker\nP,T,1,8,18,0,0,Trivia,,A\n", "line 2: ticker must be 2 to 8 letters A-Z or digits"},
		"a long ticker":     {header + ",ticker\nP,T,1,8,18,0,0,Trivia,,ABCDEFGHI\n", "line 2: ticker must be 2 to 8 letters A-Z or digits"},
		"a foreign ticker":  {header + ",ticker\nP,T,1,8,18,0,0,Trivia,,ÄÖ\n", "line 2: ticker must be 2 to 8 letters A-Z or digits"},
		"thisgame":          {header + ",ticker\nP,T,1,8,18,0,0,Trivia,,ThisGame\n", "line 2: ticker must not be THISGAME"},
		"a ticker twice":    {header + ",ticker\nP,T,1,8,18,0,0,Trivia,,AB\nP,U,1,8,18,0,0,Trivia,,\nP,V,1,8,18,0,0,Trivia,,\nP,W,1,8,18,0,0,Trivia,,ab\n", "line 5, column ticker: AB is the ticker of line 2 already"},
		"too many":          {header + strings.Repeat("\nP,T,1,8,18,0,0,Trivia,", catalogue.MaxGames+1), "line 10002: more than 10000 games"},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := catalogue.ReadCSV(tt.data)
			if err == nil || err.Code != protocol.CodeInvalid || err.Message != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			if err != nil && err.Details["line"] == nil {
				t.Error("the line is not among the details")
			}
			if file.Rows != nil || file.Ignored != nil {
				t.Error("rows beside an error: an import is all or nothing")
			}
		})
	}
}

// The tables that spreadsheets of such catalogues are: their headings, their separators, their
// ways to write a number, a yes and nothing.
func TestReadCSVOfSpreadsheets(t *testing.T) {
	little := protocol.GameFields{PackName: ptr("P"), Title: ptr("T"), MinPlayers: ptr(1), MaxPlayers: ptr(8)}
	full := little
	full.LengthMinutes, full.HasAudience, full.FamilyFriendly = some(18), ptr(true), ptr(false)
	full.GameType, full.SecondaryType, full.Ticker = some("Trivia"), null[string](), some("QPL3")
	unknown := little
	unknown.LengthMinutes = null[int]()
	for name, tt := range map[string]struct {
		data    string
		want    protocol.GameFields
		ignored []string
	}{
		"the four":        {"Game Pack,Game Title,Min. Players,Max. Players\nP,T,1,8\n", little, nil},
		"in any order":    {"Max Players,Title,Minimum Players,Pack\n8,T,1,P\n", little, nil},
		"all":             {"Game Pack,Game Title,Min. Players,Max. Players,Length (minutes),Audience,Family Friendly?,Game Type,Secondary Type,Ticker\nP,T,1,8,18,Yes,No,Trivia,,qpl3\n", full, nil},
		"others":          {"PACK NAME\tGame\tPlayers (min)\tPlayers (max)\tPlay time\tHas audience\tFamily-friendly\tGenre\t2nd\tSubgenre\tSymbol\nP\tT\t1\t8\t18 min\tTRUE\tFALSE\tTrivia\tx\t\tQPL3\n", full, []string{"2nd"}},
		"semicolons":      {"Game Pack;Game Title;Min. Players;Max. Players\r\nP;T;1;8\r\n", little, nil},
		"tabs":            {"Game Pack\tGame Title\tMin. Players\tMax. Players\nP\tT\t1\t8\n", little, nil},
		"a separator":     {"\ufeffsep=;\r\nGame Pack;Game Title;Min. Players;Max. Players\r\nP;T;1;8\r\n", little, nil},
		"a comma within":  {"Game Pack;Game Title;Min. Players;Max. Players;a,b,c,d,e,f\nP;T;1;8;\n", little, []string{"a,b,c,d,e,f"}},
		"quoted headings": {"\"Game\nPack\",\" Game Title \",\"Min.\nPlayers\",Max. Players\nP,T,1,8\n", little, nil},
		"quoted newlines": {"Game Pack,Notes,Game Title,Min. Players,Max. Players\nP,\"loud,\nvery\",T,1,8\n", little, []string{"Notes"}},
		"numbers":         {"pack,title,min players,max players\nP,T, 1 ,8.0\n", little, nil},
		"nobody knows":    {"pack,title,min players,max players,length,audience,family friendly\nP,T,1,8,????,?,n/a\n", unknown, nil},
		"about":           {"pack,title,min players,max players,Length\nP,T,1,8,~18 Minutes\n", func() protocol.GameFields { g := little; g.LengthMinutes = some(18); return g }(), nil},
		"ticks":           {"pack,title,min players,max players,audience,family friendly\nP,T,1,8,✓,\n", func() protocol.GameFields { g := little; g.HasAudience = ptr(true); return g }(), nil},
		"empty rows":      {"pack,title,min players,max players\n,,,\nP,T,1,8\n , ,,\n\n", little, nil},
		"the closer name": {"Game,Title,pack,min players,max players\nx,T,P,1,8\n", little, []string{"Game"}},
		"named after it":  {"Title,Game,pack,min players,max players\nT,x,P,1,8\n", little, []string{"Game"}},
		"its own name":    {"Title,title,pack,min players,max players\nx,T,P,1,8\n", little, []string{"Title"}},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := catalogue.ReadCSV(tt.data)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff([]protocol.GameFields{tt.want}, file.Rows); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(tt.ignored, file.Ignored); d != "" {
				t.Error("ignored:", d)
			}
		})
	}
}

// Every spelling names one column.
func TestSpellingsAreUnique(t *testing.T) {
	seen := map[string]string{}
	for column, spellings := range catalogue.Spellings() {
		for _, s := range spellings {
			if other := seen[s]; other != "" {
				t.Errorf("%s is %s and %s", s, other, column)
			}
			seen[s] = column
		}
		file := "pack_name,title,min_players,max_players\n"
		if len(spellings) == 0 || strings.Contains(file, column) {
			continue
		}
		if read, err := catalogue.ReadCSV(strings.TrimSuffix(file, "\n") + "," + strings.ToUpper(spellings[0]) + "\n"); err != nil || len(read.Ignored) > 0 {
			t.Errorf("%s: %v, %q", column, err, read.Ignored)
		}
	}
	if len(seen) < 100 {
		t.Errorf("%d spellings", len(seen))
	}
}

// Reading any text ends without a panic; what is read passes the check of commands from the
// network, and survives an export.
func FuzzReadCSV(f *testing.F) {
	f.Add(header + "\nP,T,1,8,18,0,0,Trivia,\n")
	f.Add(header + ",enabled,favor_bias\n\"P\",\"T\",1,8,,1,0,,,true,-1\r\n")
	f.Add("\ufeff" + header)
	f.Add(header + "\n'=1+1,\"'' @x\r\n\r\",1,8,18,0,0,-,+\n")
	f.Add("sep=;\r\nGame Pack;Game Title;Min. Players;Max. Players;Length (minutes);Ticker\r\nP;T;1;8;~18 min;qpl3\r\n;;;;;\r\n")
	f.Add("Pack\tGame\tMin\tMax\tAudience\tFamily Friendly?\tSymbol\nP\t\"T\"\t1\t8.0\t✓\t?\tAB\n")
	f.Fuzz(func(t *testing.T, data string) {
		file, err := catalogue.ReadCSV(data)
		if err != nil && (err.Code != protocol.CodeInvalid || err.Details["line"] == nil) {
			t.Errorf("the error %v has no line", err)
		}
		for _, row := range file.Rows {
			if err := (protocol.CreateGame{GameFields: row}).Check(); err != nil {
				t.Errorf("%+v: %v", row, err)
			}
		}
		if err == nil {
			wantRoundTrip(t, gamesOf(t, file.Rows))
		}
	})
}
