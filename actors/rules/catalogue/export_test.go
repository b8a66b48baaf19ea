package catalogue_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"partyline/actors/codec/codectest"
	"partyline/actors/rules/catalogue"
	"partyline/protocol"
)

func writeCSV(t codectest.Failer, games []protocol.Game) string {
	var b bytes.Buffer
	if err := catalogue.WriteCSV(&b, games); err != nil {
		t.Fatalf("write: %v", err)
	}
	return b.String()
}

// gamesOf are the games that rows make in an empty catalogue.
func gamesOf(t codectest.Failer, rows []protocol.GameFields) []protocol.Game {
	l := empty()
	if _, _, err := l.do(protocol.ImportGames{CSVData: "read already", Rows: rows}, noon); err != nil {
		t.Fatalf("import: %v", err)
	}
	return l.Games(protocol.GameFilter{})
}

// wantRoundTrip fails unless games are the same after they were written and read, and
// importing their file changes nothing in their own catalogue.
func wantRoundTrip(t codectest.Failer, games []protocol.Game) {
	data := writeCSV(t, games)
	file, err := catalogue.ReadCSV(data)
	if err != nil {
		t.Fatalf("what was exported is refused: %v\n%q", err, data)
	}
	got := gamesOf(t, file.Rows)
	for i := range got {
		got[i].ID = games[i].ID // games of one name stand in the order of their ids
	}
	if d := cmp.Diff(games, got); d != "" {
		t.Fatalf("%q came back as (-was +is)\n%s", data, d)
	}
}

// The seeded catalogue is exported as the file it was read from, with two more columns.
func TestExportOfTheSeed(t *testing.T) {
	file, err := os.ReadFile("games.csv")
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	lines := strings.ReplaceAll(string(file), "\r\n", "\n") // the file was made on Windows
	for i, line := range strings.Split(strings.TrimSuffix(lines, "\n"), "\n") {
		want.WriteString(line)
		if i == 0 {
			want.WriteString(",enabled,favor_bias\n")
		} else {
			want.WriteString(",1,0\n")
		}
	}
	l := seeded(t)
	games := l.Games(protocol.GameFilter{})
	byID := make([]protocol.Game, len(games))
	for _, g := range games {
		byID[g.ID-1] = g
	}
	if d := cmp.Diff(want.String(), writeCSV(t, byID)); d != "" {
		t.Error(d)
	}
	if facts, _, err := l.do(importing(t, protocol.ImportReplace, writeCSV(t, games)), noon+9); err != nil || len(facts) > 0 {
		t.Errorf("its own export changes the catalogue: %d facts, %v", len(facts), err)
	}
}

// Everything a command may say of a game survives a file: quotes, every alphabet, formulas,
// nulls, games of one name.
func TestExportedGamesAreImportedUnchanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := empty()
		for i := range rapid.IntRange(0, 6).Draw(t, "games") {
			fields := anyRow().Draw(t, "game")
			fields.PackName, fields.Title = ptr(anyLine().Draw(t, "pack")), ptr(anyLine().Draw(t, "title"))
			fields.GameType = protocol.Optional[string]{Set: true, Value: rapid.Ptr(anyLine(), true).Draw(t, "first")}
			if rapid.Bool().Draw(t, "ticker") {
				fields.Ticker = some(fmt.Sprintf("t%d", i))
			}
			fields.SecondaryType = protocol.Optional[string]{Set: true, Value: rapid.Ptr(anyLine(), true).Draw(t, "second")}
			if (protocol.CreateGame{GameFields: fields}).Check() != nil {
				continue // a text of nothing but space
			}
			if _, _, err := l.do(protocol.CreateGame{GameFields: fields}, noon); err != nil {
				t.Fatal(err)
			}
		}
		games := l.Games(protocol.GameFilter{})
		wantRoundTrip(t, games)
		file, err := catalogue.ReadCSV(writeCSV(t, games))
		if err != nil {
			t.Fatal(err)
		}
		facts, _, err := l.do(protocol.ImportGames{CSVData: "read already", Mode: protocol.ImportReplace, Rows: file.Rows}, noon+9)
		if err != nil || len(facts) > 0 {
			t.Fatalf("its own export changes the catalogue: %+v, %v", facts, err)
		}
	})
}

// anyLine is anyText without line breaks and tabs, which no name has.
func anyLine() *rapid.Generator[string] {
	bare := strings.NewReplacer("\n", "", "\r", "", "\t", "", "\u2028", "")
	return rapid.Map(anyText(), func(s string) string { return bare.Replace(s) })
}

// Stored titles may contain line breaks, from when they were allowed: they are written so that
// a spreadsheet reads them. An import of them is refused, by line.
func TestStoredLineBreaksAreExported(t *testing.T) {
	const title = "T\r\nwo\nlines"
	data := writeCSV(t, []protocol.Game{{PackName: "P", Title: title, MinPlayers: 1, MaxPlayers: 2}})
	rows, err := csv.NewReader(strings.NewReader(data)).ReadAll()
	if err != nil || rows[1][1] != title {
		t.Errorf("%q, %v", rows, err)
	}
	if _, err := catalogue.ReadCSV(data); err == nil || err.Message != "line 2: title must not contain line breaks or other control characters" {
		t.Error(err)
	}
}

// anyText draws texts that are difficult for CSV and spreadsheets.
func anyText() *rapid.Generator[string] {
	pieces := rapid.SampledFrom([]string{
		"a", "Z", " ", `"`, `""`, ",", ";", "\n", "\r", "\r\n", "\t", "'", "''", "=", "+", "-", "@", "＝", "－", "1+1", `\`, `\.`, "#", "\u00a0", "\u2028", "\ufeff", "é", "語", "😀", "null", "0",
	})
	return rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(pieces, 1, 8).Draw(t, "pieces"), "") })
}

// No cell of an export begins as a formula does, however the spreadsheet trims it.
func TestExportedTextsAreNotFormulas(t *testing.T) {
	for text, cell := range map[string]string{
		"=1+1": "'=1+1", `=HYPERLINK("http://x")`: `'=HYPERLINK("http://x")`, "+1": "'+1", "-10 points": "'-10 points", "@SUM(A1)": "'@SUM(A1)",
		"\t=1": "'\t=1", " =1": "' =1", "＝1": "'＝1", "'=1": "''=1", "''-": "'''-",
		"'Til dawn": "'Til dawn", "a=b": "a=b", "Tee K.O.": "Tee K.O.", "'": "'",
	} {
		data := writeCSV(t, []protocol.Game{{PackName: text, Title: text, MinPlayers: 1, MaxPlayers: 2, GameType: &text, SecondaryType: &text}})
		rows, err := csv.NewReader(strings.NewReader(data)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range []int{0, 1, 7, 8} {
			if rows[1][i] != cell {
				t.Errorf("%q is exported as %q, want %q", text, rows[1][i], cell)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := anyText().Draw(t, "text")
		data := writeCSV(t, []protocol.Game{{PackName: text}})
		row, _, _ := strings.Cut(strings.SplitN(data, "\n", 2)[1], ",0,0,")
		bare := strings.TrimSpace(strings.TrimPrefix(row, `"`))
		if strings.HasPrefix(bare, "=") || strings.HasPrefix(bare, "+") || strings.HasPrefix(bare, "-") || strings.HasPrefix(bare, "@") {
			t.Fatalf("%q is exported as %q", text, row)
		}
	})
}

// A file that was not written by us may begin a title with a minus.
func TestUnguardedTextsAreReadUnchanged(t *testing.T) {
	file, err := catalogue.ReadCSV(header + "\n-P,=T,1,8,,0,0,'@x,\n")
	if err != nil {
		t.Fatal(err)
	}
	if row := file.Rows[0]; *row.PackName != "-P" || *row.Title != "=T" || *row.GameType.Value != "@x" {
		t.Errorf("%q %q %q", *row.PackName, *row.Title, *row.GameType.Value)
	}
}

func TestExportReturnsWriteErrors(t *testing.T) {
	if err := catalogue.WriteCSV(limitedWriter(10), []protocol.Game{{PackName: strings.Repeat("x", 10_000)}}); err == nil {
		t.Error("no error")
	}
}

// limitedWriter accepts so many bytes and then fails.
type limitedWriter int

func (n limitedWriter) Write(b []byte) (int, error) {
	if len(b) > int(n) {
		return int(n), os.ErrClosed
	}
	return len(b), nil
}
