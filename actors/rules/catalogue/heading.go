package catalogue

import (
	"encoding/csv"
	"strings"
	"unicode"
)

// spellings are how spreadsheets of games head their columns, as foldHeading leaves them, the
// most specific first: of two columns of a file that could be the same one the earlier counts.
var spellings = map[string][]string{
	"pack_name":       {"packname", "gamepackname", "gamepack", "partypack", "jackboxpartypack", "jackboxpack", "packtitle", "pack", "collection", "bundle"},
	"title":           {"title", "gametitle", "gamename", "nameofgame", "game", "name"},
	"min_players":     {"minplayers", "minimumplayers", "minplayercount", "minimumplayercount", "minnumberofplayers", "minimumnumberofplayers", "minimumnoofplayers", "playersmin", "playersminimum", "minplayer", "playersfrom", "fromplayers", "min", "minimum"},
	"max_players":     {"maxplayers", "maximumplayers", "maxplayercount", "maximumplayercount", "maxnumberofplayers", "maximumnumberofplayers", "maximumnoofplayers", "playersmax", "playersmaximum", "maxplayer", "playersto", "toplayers", "max", "maximum"},
	"length_minutes":  {"lengthminutes", "lengthinminutes", "lengthmins", "lengthmin", "gamelengthminutes", "gamelength", "averagelength", "avglength", "approxlength", "length", "durationminutes", "durationinminutes", "durationmins", "durationmin", "duration", "playtimeminutes", "playtimemins", "playtimemin", "playtime", "playingtime", "runtime", "minutes", "mins"},
	"has_audience":    {"hasaudience", "audience", "audiencesupport", "audienceplay", "audiencemode", "supportsaudience", "audienceallowed"},
	"family_friendly": {"familyfriendly", "isfamilyfriendly", "familymode", "familyfriendlymode", "familyfriendlysetting", "kidfriendly", "kidsfriendly", "family"},
	"game_type":       {"gametype", "primarygametype", "primarytype", "maintype", "firsttype", "type1", "gametype1", "type", "primarygenre", "genre", "category"},
	"secondary_type":  {"secondarytype", "secondarygametype", "secondgametype", "secondtype", "type2", "gametype2", "subtype", "secondarygenre", "secondgenre", "subgenre", "secondarycategory", "subcategory"},
	"ticker":          {"ticker", "tickersymbol", "symbol", "shortcode", "abbreviation", "abbr"},
	"enabled":         {"enabled", "isenabled", "active", "isactive", "inrotation"},
	"favor_bias":      {"favorbias", "favourbias", "bias"},
}

// exactRank is the rank of a heading that is the column's own name; spellings have higher ones.
const exactRank = 0

// matchHeader returns the column of each heading, nil for none. Of several headings for one
// column that of the lowest rank counts, and the others are columns that games do not have;
// twice is a heading whose column cannot be told because another has the same rank.
func matchHeader(headings []string) (header []*column, twice string) {
	header = make([]*column, len(headings))
	type match struct{ at, rank int }
	best := map[*column]match{}
	for i, heading := range headings {
		c, rank := columnOf(heading)
		if c == nil {
			continue
		}
		earlier, found := best[c]
		switch {
		case found && earlier.rank < rank:
			continue
		case found && earlier.rank == rank:
			return nil, heading
		case found:
			header[earlier.at] = nil
		}
		header[i] = c
		best[c] = match{i, rank}
	}
	return header, ""
}

// columnOf returns the column that a heading names and how exactly, or nil: pack_name, but also
// Game Pack, Min. Players, Length (minutes) or Family Friendly?.
func columnOf(heading string) (c *column, rank int) {
	for i := range columns {
		if columns[i].name == heading {
			return &columns[i], exactRank
		}
	}
	folded := foldHeading(heading)
	for i := range columns {
		for n, s := range spellings[columns[i].name] {
			if s == folded {
				return &columns[i], exactRank + 1 + n
			}
		}
	}
	return nil, 0
}

// foldHeading keeps the letters and digits of a heading, in lower case.
func foldHeading(heading string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, heading)
}

// separators may stand between cells: a comma, or what spreadsheets write where the comma is the
// decimal sign, or a tab.
const separators = ",;\t"

// cutSeparatorLine cuts off a first line like "sep=;", which tells spreadsheets the separator.
// The separator is 0 without one.
func cutSeparatorLine(data string) (rest string, separator rune, lines int) {
	line, rest, _ := strings.Cut(data, "\n")
	line = strings.TrimSuffix(line, "\r")
	if len(line) != len("sep=;") || !strings.EqualFold(line[:4], "sep=") || !strings.Contains(separators, line[4:]) {
		return data, 0, 0
	}
	return rest, rune(line[4]), 1
}

// maxHeading is how much of a file is searched for its separator, in bytes: the longest header
// of a table of games is far shorter.
const maxHeading = 16 << 10

// separatorOf returns the separator by which the header names the most columns; the comma when
// none names more.
func separatorOf(data string) rune {
	separator, most := ',', 0
	head := data[:min(len(data), maxHeading)]
	for _, candidate := range separators {
		r := csv.NewReader(strings.NewReader(head))
		r.Comma = candidate
		record, err := r.Read()
		if err != nil {
			continue
		}
		n := 0
		for _, heading := range record {
			if c, _ := columnOf(heading); c != nil {
				n++
			}
		}
		if n > most {
			separator, most = candidate, n
		}
	}
	return separator
}
