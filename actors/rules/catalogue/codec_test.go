package catalogue_test

import (
	"strings"
	"testing"

	"partyline/actors/codec/codectest"
	"partyline/actors/rules/catalogue"
	"partyline/protocol"
)

// stored is every kind of fact as it is on disk. A change here changes the meaning of older
// data: add a kind instead.
var stored = []struct {
	fact  catalogue.Fact
	bytes string
}{
	{&catalogue.Seeded{At: noon, Games: []catalogue.Entry{{ID: 1, PackName: "P", Title: "T", MinPlayers: 1, MaxPlayers: 8, Enabled: true, CreatedAt: noon}}},
		"\x01" + `{"at":"2023-11-14T22:13:20.000Z","games":[{"id":1,"pack_name":"P","title":"T","min_players":1,"max_players":8,"enabled":true,"created_at":"2023-11-14T22:13:20.000Z"}]}`},
	{&catalogue.GameCreated{At: noon, Game: catalogue.Entry{ID: 2, PackName: "P", Title: "T", MinPlayers: 1, MaxPlayers: 8, LengthMinutes: ptr(9),
		HasAudience: true, FamilyFriendly: true, GameType: ptr("a"), SecondaryType: ptr("b"), FavorBias: -1, CreatedAt: noon}},
		"\x02" + `{"at":"2023-11-14T22:13:20.000Z","game":{"id":2,"pack_name":"P","title":"T","min_players":1,"max_players":8,"length_minutes":9,"has_audience":true,"family_friendly":true,"game_type":"a","secondary_type":"b","favor_bias":-1,"created_at":"2023-11-14T22:13:20.000Z"}}`},
	{&catalogue.GameUpdated{At: noon, Game: catalogue.Entry{ID: 2, PackName: "P", Title: "T", MinPlayers: 1, MaxPlayers: 8, CreatedAt: noon}},
		"\x03" + `{"at":"2023-11-14T22:13:20.000Z","game":{"id":2,"pack_name":"P","title":"T","min_players":1,"max_players":8,"created_at":"2023-11-14T22:13:20.000Z"}}`},
	{&catalogue.GameDeleted{At: noon, ID: 2}, "\x04" + `{"at":"2023-11-14T22:13:20.000Z","id":2}`},
	{&catalogue.GameToggled{At: noon, ID: 2, Enabled: true}, "\x05" + `{"at":"2023-11-14T22:13:20.000Z","id":2,"enabled":true}`},
	{&catalogue.GameFavored{At: noon, ID: 2, Bias: -1}, "\x06" + `{"at":"2023-11-14T22:13:20.000Z","id":2,"bias":-1}`},
	{&catalogue.PackToggled{At: noon, Name: "P"}, "\x07" + `{"at":"2023-11-14T22:13:20.000Z","name":"P","enabled":false}`},
	{&catalogue.PackFavored{At: noon, Name: "P", Bias: 1}, "\x08" + `{"at":"2023-11-14T22:13:20.000Z","name":"P","bias":1}`},
	{&catalogue.ImportStaged{At: noon, Part: 1, Added: []catalogue.Entry{{ID: 3, PackName: "P", Title: "T", MinPlayers: 1, MaxPlayers: 8, CreatedAt: noon}}, Updated: []catalogue.Entry{{ID: 2, PackName: "P", Title: "U", MinPlayers: 1, MaxPlayers: 8, CreatedAt: noon}}},
		"\x09" + `{"at":"2023-11-14T22:13:20.000Z","part":1,"added":[{"id":3,"pack_name":"P","title":"T","min_players":1,"max_players":8,"created_at":"2023-11-14T22:13:20.000Z"}],"updated":[{"id":2,"pack_name":"P","title":"U","min_players":1,"max_players":8,"created_at":"2023-11-14T22:13:20.000Z"}]}`},
	{&catalogue.GamesImported{At: noon, Part: 2, Added: []catalogue.Entry{{ID: 4, PackName: "P", Title: "V", MinPlayers: 1, MaxPlayers: 8, CreatedAt: noon}}, Removed: []protocol.GameID{1}},
		"\x0a" + `{"at":"2023-11-14T22:13:20.000Z","part":2,"added":[{"id":4,"pack_name":"P","title":"V","min_players":1,"max_players":8,"created_at":"2023-11-14T22:13:20.000Z"}],"removed":[1]}`},
	{&catalogue.TickersGiven{At: noon, Tickers: []catalogue.GivenTicker{{ID: 2, Ticker: "TMP2"}}},
		"\x0b" + `{"at":"2023-11-14T22:13:20.000Z","tickers":[{"id":2,"ticker":"TMP2"}]}`},
	{&catalogue.GameUpdated{At: noon, Game: catalogue.Entry{ID: 2, PackName: "P", Title: "T", MinPlayers: 1, MaxPlayers: 8, Ticker: "QPL3", CreatedAt: noon}},
		"\x03" + `{"at":"2023-11-14T22:13:20.000Z","game":{"id":2,"pack_name":"P","title":"T","min_players":1,"max_players":8,"ticker":"QPL3","created_at":"2023-11-14T22:13:20.000Z"}}`},
}

var facts = codectest.Facts[catalogue.Fact]{Append: catalogue.AppendFact, Read: catalogue.ReadFact}

func TestFactsAreStoredForEver(t *testing.T) {
	for _, tt := range stored {
		facts.Stored(t, tt.fact, tt.bytes)
	}
}

func TestReadFactRefuses(t *testing.T) {
	game := `{"id":1,"pack_name":"P","title":"T"}`
	for name, tt := range map[string]struct{ data, want string }{
		"nothing":           {"", "an empty fact"},
		"a later kind":      {"\x0c{}", "newer version"},
		"no JSON":           {"\x04", "EOF"},
		"cut JSON":          {"\x04{", "EOF"},
		"two values":        {"\x04{}{}", "more than one value"},
		"a wrong type":      {"\x04" + `{"id":"1"}`, "cannot unmarshal"},
		"a bad time":        {"\x04" + `{"at":5}`, "not an RFC 3339 timestamp"},
		"no game":           {"\x02{}", "has no id, pack or title"},
		"a duplicate":       {"\x01" + `{"games":[` + game + "," + game + "]}", "listed twice"},
		"too many":          {"\x01" + `{"games":[` + strings.Repeat(game+",", catalogue.MaxGames) + game + "]}", "more than 10000"},
		"staged duplicates": {"\x09" + `{"part":1,"added":[` + game + `],"updated":[` + game + "]}", "listed twice"},
		"imported none":     {"\x0a" + `{"part":1,"updated":[{}]}`, "has no id"},
		"no games left":     {"\x0a" + `{"part":1,"removed":[1` + strings.Repeat(",1", catalogue.MaxGames) + "]}", "more than 10000"},
		"updated to no":     {"\x03" + `{"game":{"id":-1,"pack_name":"P","title":"T"}}`, "has no id"},
	} {
		t.Run(name, func(t *testing.T) { facts.Refused(t, tt.data, tt.want) })
	}
}

// Reading any bytes ends without a panic; a fact that can be read can be applied, and is
// written back as something that reads the same.
func FuzzReadFact(f *testing.F) {
	for _, tt := range stored {
		f.Add([]byte(tt.bytes))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if fact, ok := facts.Fuzzed(t, data); ok {
			l := seeded(t)
			l.Apply(fact, 2)
			codectest.Restored(t, catalogue.New(), l.AppendSnapshot(nil))
		}
	})
}
