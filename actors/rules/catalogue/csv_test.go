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
			got, ignored, err := catalogue.ReadCSV(data)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
			if len(ignored) > 0 {
				t.Errorf("ignored %q", ignored)
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
			got, ignored, err := catalogue.ReadCSV(tt.data)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(tt.ignored, ignored); d != "" {
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
		"no truth":          {row("P,T,1,8,18,,0,Trivia,"), "line 3, column has_audience: must be 0 or 1"},
		"maybe":             {row("P,T,1,8,18,0,maybe,Trivia,"), "line 3, column family_friendly: must be 0 or 1"},
		"more than at most": {row("P,T,9,8,18,0,0,Trivia,"), "line 3: min_players must not be greater than max_players"},
		"no players":        {row("P,T,0,8,18,0,0,Trivia,"), "line 3: min_players must be between 1 and 100000"},
		"long title":        {row("P," + strings.Repeat("x", 201) + ",1,8,18,0,0,Trivia,"), "line 3: title must be 1 to 200 characters"},
		"two lines":         {header + "\nP,\"T\nwo\",1,8,18,0,0,Trivia,\n", "line 2: title must not contain line breaks or other control characters"},
		"not UTF-8":         {row("P,\xff,1,8,18,0,0,Trivia,"), "line 3: title must be valid UTF-8"},
		"bad bias":          {header + ",favor_bias\nP,T,1,8,18,0,0,Trivia,,2\n", "line 2: favor_bias must be 1 (favor), -1 (disfavor), or 0 (neutral)"},
		"too many":          {header + strings.Repeat("\nP,T,1,8,18,0,0,Trivia,", catalogue.MaxGames+1), "line 10002: more than 10000 games"},
	} {
		t.Run(name, func(t *testing.T) {
			rows, ignored, err := catalogue.ReadCSV(tt.data)
			if err == nil || err.Code != protocol.CodeInvalid || err.Message != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			if err != nil && err.Details["line"] == nil {
				t.Error("the line is not among the details")
			}
			if rows != nil || ignored != nil {
				t.Error("rows beside an error: an import is all or nothing")
			}
		})
	}
}

// Reading any text ends without a panic; what is read passes the check of commands from the
// network, and survives an export.
func FuzzReadCSV(f *testing.F) {
	f.Add(header + "\nP,T,1,8,18,0,0,Trivia,\n")
	f.Add(header + ",enabled,favor_bias\n\"P\",\"T\",1,8,,1,0,,,true,-1\r\n")
	f.Add("\ufeff" + header)
	f.Add(header + "\n'=1+1,\"'' @x\r\n\r\",1,8,18,0,0,-,+\n")
	f.Fuzz(func(t *testing.T, data string) {
		rows, _, err := catalogue.ReadCSV(data)
		if err != nil && (err.Code != protocol.CodeInvalid || err.Details["line"] == nil) {
			t.Errorf("the error %v has no line", err)
		}
		for _, row := range rows {
			if err := (protocol.CreateGame{GameFields: row}).Check(); err != nil {
				t.Errorf("%+v: %v", row, err)
			}
		}
		if err == nil {
			wantRoundTrip(t, gamesOf(t, rows))
		}
	})
}
