package catalogue

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"partyline/protocol"
)

// column is one column of a games CSV. read parses a cell into its field and returns what is
// wrong with it, "" when nothing is; write formats a game's field, which reads as the same
// value.
type column struct {
	name     string
	optional bool
	read     func(f *protocol.GameFields, cell string) (complaint string)
	write    func(g *protocol.Game) (cell string)
}

var columns = []column{
	{name: "pack_name",
		read:  func(f *protocol.GameFields, s string) string { return readText(&f.PackName, s) },
		write: func(g *protocol.Game) string { return writeText(g.PackName) }},
	{name: "title",
		read:  func(f *protocol.GameFields, s string) string { return readText(&f.Title, s) },
		write: func(g *protocol.Game) string { return writeText(g.Title) }},
	{name: "min_players",
		read:  func(f *protocol.GameFields, s string) string { return readNumber(&f.MinPlayers, s) },
		write: func(g *protocol.Game) string { return strconv.Itoa(g.MinPlayers) }},
	{name: "max_players",
		read:  func(f *protocol.GameFields, s string) string { return readNumber(&f.MaxPlayers, s) },
		write: func(g *protocol.Game) string { return strconv.Itoa(g.MaxPlayers) }},
	{name: "length_minutes", optional: true,
		read:  func(f *protocol.GameFields, s string) string { return readOrNull(&f.LengthMinutes, s, readMinutes) },
		write: func(g *protocol.Game) string { return writeOrNull(g.LengthMinutes, strconv.Itoa) }},
	{name: "has_audience", optional: true,
		read:  func(f *protocol.GameFields, s string) string { return readOrKeep(&f.HasAudience, s, readBool) },
		write: func(g *protocol.Game) string { return writeBool(g.HasAudience) }},
	{name: "family_friendly", optional: true,
		read:  func(f *protocol.GameFields, s string) string { return readOrKeep(&f.FamilyFriendly, s, readBool) },
		write: func(g *protocol.Game) string { return writeBool(g.FamilyFriendly) }},
	{name: "game_type", optional: true,
		read:  func(f *protocol.GameFields, s string) string { return readOrNull(&f.GameType, s, readText) },
		write: func(g *protocol.Game) string { return writeOrNull(g.GameType, writeText) }},
	{name: "secondary_type", optional: true,
		read:  func(f *protocol.GameFields, s string) string { return readOrNull(&f.SecondaryType, s, readText) },
		write: func(g *protocol.Game) string { return writeOrNull(g.SecondaryType, writeText) }},
	{name: "ticker", optional: true,
		read:  func(f *protocol.GameFields, s string) string { return readOrNull(&f.Ticker, s, readTicker) },
		write: func(g *protocol.Game) string { return writeOrNull(g.Ticker, writeText) }},
	{name: "enabled", optional: true,
		read:  func(f *protocol.GameFields, s string) string { return readOrKeep(&f.Enabled, s, readBool) },
		write: func(g *protocol.Game) string { return writeBool(g.Enabled) }},
	{name: "favor_bias", optional: true,
		read:  func(f *protocol.GameFields, s string) string { return readOrKeep(&f.FavorBias, s, readNumber) },
		write: func(g *protocol.Game) string { return strconv.Itoa(g.FavorBias) }},
}

func readText(field **string, s string) string {
	if s == "" {
		return "must not be empty"
	}
	s = unguardFormula(s)
	*field = &s
	return ""
}

// readTicker reads a ticker in any case; the check of the whole row tells what is wrong with it.
func readTicker(field **string, s string) string {
	s = protocol.NormalizeTicker(strings.TrimSpace(s))
	*field = &s
	return ""
}

// readNumber reads a whole number, also as spreadsheets write it that keep decimals: 8.0.
func readNumber(field **int, s string) string {
	n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(s), ".0"))
	if err != nil {
		return "must be a whole number"
	}
	*field = &n
	return ""
}

// readMinutes reads a number that may have its unit, and a "?" for a length that is not known.
func readMinutes(field **int, s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if isUnknown(s) {
		*field = nil
		return ""
	}
	for _, unit := range []string{"minutes", "minute", "mins", "min.", "min", "m"} {
		if rest, ok := strings.CutSuffix(s, unit); ok {
			s = rest
			break
		}
	}
	return readNumber(field, strings.TrimLeft(s, "~≈ "))
}

// isUnknown says that a cell stands for a value that nobody knows.
func isUnknown(s string) bool {
	switch s {
	case "n/a", "na", "unknown", "tbd", "-", "–", "—":
		return true
	}
	return strings.Trim(s, "?") == ""
}

// readBool reads a boolean as programs and people write it. An unknown one is left unset.
func readBool(field **bool, s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	value := false
	switch s {
	case "1", "true", "yes", "y", "x", "t", "✓", "✔", "☑", "✅":
		value = true
	case "0", "false", "no", "n", "f", "✗", "✘", "☐", "❌":
	default:
		if isUnknown(s) {
			return ""
		}
		return "must be 0 or 1"
	}
	*field = &value
	return ""
}

func readOrNull[T any](field *protocol.Optional[T], s string, read func(**T, string) string) string {
	field.Set = true
	if s == "" {
		return ""
	}
	return read(&field.Value, s)
}

func readOrKeep[T any](field **T, s string, read func(**T, string) string) string {
	if s == "" {
		return ""
	}
	return read(field, s)
}

// writeText guards against formulas, and doubles the carriage return of a line break: the
// reader drops one, which is right for files that were written on Windows.
func writeText(s string) string {
	return strings.ReplaceAll(guardFormula(s), "\r\n", "\r\r\n")
}

func writeBool(value bool) string {
	if value {
		return "1"
	}
	return "0"
}

func writeOrNull[T any](v *T, write func(T) string) string {
	if v == nil {
		return ""
	}
	return write(*v)
}

// formulaSigns are the first characters of what a spreadsheet takes for a formula, in either
// width.
const formulaSigns = "=+-@＝＋－＠"

// guardFormula puts an apostrophe before a text that a spreadsheet would run as a formula when
// the file is opened with it. unguardFormula removes it again, for any text: a text that has
// apostrophes before such a sign already gets one more.
func guardFormula(s string) string {
	if looksLikeFormula(s) {
		return "'" + s
	}
	return s
}

func unguardFormula(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && looksLikeFormula(rest) {
		return rest
	}
	return s
}

// looksLikeFormula is true when a formula's sign comes first, after apostrophes and then
// space: neither keeps every spreadsheet from seeing it.
func looksLikeFormula(s string) bool {
	s = strings.TrimLeftFunc(strings.TrimLeft(s, "'"), unicode.IsSpace)
	sign, _ := utf8.DecodeRuneInString(s)
	return s != "" && strings.ContainsRune(formulaSigns, sign)
}
