package catalogue

import (
	"strconv"

	"partyline/protocol"
)

// column is one column of a games CSV. read puts the text of a cell into its field and
// returns what is wrong with it, "" when nothing is.
type column struct {
	name     string
	optional bool
	read     func(f *protocol.GameFields, cell string) (complaint string)
}

var columns = []column{
	{name: "pack_name", read: func(f *protocol.GameFields, s string) string { return readText(&f.PackName, s) }},
	{name: "title", read: func(f *protocol.GameFields, s string) string { return readText(&f.Title, s) }},
	{name: "min_players", read: func(f *protocol.GameFields, s string) string { return readNumber(&f.MinPlayers, s) }},
	{name: "max_players", read: func(f *protocol.GameFields, s string) string { return readNumber(&f.MaxPlayers, s) }},
	{name: "length_minutes", read: func(f *protocol.GameFields, s string) string { return readOrNull(&f.LengthMinutes, s, readNumber) }},
	{name: "has_audience", read: func(f *protocol.GameFields, s string) string { return readTruth(&f.HasAudience, s) }},
	{name: "family_friendly", read: func(f *protocol.GameFields, s string) string { return readTruth(&f.FamilyFriendly, s) }},
	{name: "game_type", read: func(f *protocol.GameFields, s string) string { return readOrNull(&f.GameType, s, readText) }},
	{name: "secondary_type", read: func(f *protocol.GameFields, s string) string { return readOrNull(&f.SecondaryType, s, readText) }},
	{name: "enabled", optional: true, read: func(f *protocol.GameFields, s string) string { return readOrDefault(&f.Enabled, s, readTruth) }},
	{name: "favor_bias", optional: true, read: func(f *protocol.GameFields, s string) string { return readOrDefault(&f.FavorBias, s, readNumber) }},
}

func readText(field **string, s string) string {
	if s == "" {
		return "must not be empty"
	}
	*field = &s
	return ""
}

func readNumber(field **int, s string) string {
	n, err := strconv.Atoi(s)
	if err != nil {
		return "must be a whole number"
	}
	*field = &n
	return ""
}

func readTruth(field **bool, s string) string {
	yes := s == "1" || s == "true"
	if !yes && s != "0" && s != "false" {
		return "must be 0 or 1"
	}
	*field = &yes
	return ""
}

func readOrNull[T any](field *protocol.Optional[T], s string, read func(**T, string) string) string {
	field.Set = true
	if s == "" {
		return ""
	}
	return read(&field.Value, s)
}

func readOrDefault[T any](field **T, s string, read func(**T, string) string) string {
	if s == "" {
		return ""
	}
	return read(field, s)
}
