package protocol

// Game is a game of the catalogue with its votes over all sessions.
type Game struct {
	ID              GameID    `json:"id"`
	PackName        string    `json:"pack_name"`
	Title           string    `json:"title"`
	MinPlayers      int       `json:"min_players"`
	MaxPlayers      int       `json:"max_players"`
	LengthMinutes   *int      `json:"length_minutes"`
	HasAudience     bool      `json:"has_audience"`
	FamilyFriendly  bool      `json:"family_friendly"`
	GameType        *string   `json:"game_type"`
	SecondaryType   *string   `json:"secondary_type"`
	Ticker          *string   `json:"ticker"` // unique in the catalogue, upper case
	PlayCount       int64     `json:"play_count"`
	PopularityScore int64     `json:"popularity_score"`
	Upvotes         int64     `json:"upvotes"`
	Downvotes       int64     `json:"downvotes"`
	Enabled         bool      `json:"enabled"`
	FavorBias       int       `json:"favor_bias"` // 1 favoured, 0 neutral, -1 disfavoured
	CreatedAt       Timestamp `json:"created_at"`
}

// Pack is a row of games.packs.
type Pack struct {
	Name      string `json:"name"`
	FavorBias int    `json:"favor_bias"`
}

// PackMeta is a row of games.packs.meta.
type PackMeta struct {
	Name         string `json:"name"`
	TotalCount   int    `json:"total_count"`
	EnabledCount int    `json:"enabled_count"`
	TotalPlays   int64  `json:"total_plays"`
}

// GameFields are the fields of a game that a host can set; nil leaves a field as it is.
type GameFields struct {
	PackName       *string          `json:"pack_name"`
	Title          *string          `json:"title"`
	MinPlayers     *int             `json:"min_players"`
	MaxPlayers     *int             `json:"max_players"`
	LengthMinutes  Optional[int]    `json:"length_minutes,omitzero"`
	HasAudience    *bool            `json:"has_audience"`
	FamilyFriendly *bool            `json:"family_friendly"`
	GameType       Optional[string] `json:"game_type,omitzero"`
	SecondaryType  Optional[string] `json:"secondary_type,omitzero"`
	Ticker         Optional[string] `json:"ticker,omitzero"` // in any case; null or empty for none
	Enabled        *bool            `json:"enabled"`
	FavorBias      *int             `json:"favor_bias"`
}

func (f GameFields) checkFields() *Error {
	for _, t := range []struct {
		field string
		value *string
		least int
	}{{"pack_name", f.PackName, 1}, {"title", f.Title, 1}, {"game_type", f.GameType.Value, 0}, {"secondary_type", f.SecondaryType.Value, 0}} {
		if t.value == nil {
			continue
		}
		if err := checkLine(t.field, *t.value, t.least, MaxTitle); err != nil {
			return err
		}
	}
	if t := f.Ticker.Value; t != nil && *t != "" {
		if err := checkTicker(*t); err != nil {
			return err
		}
	}
	if n := f.LengthMinutes.Value; n != nil && (*n < 1 || *n > 24*60) {
		return Invalid("length_minutes must be between 1 and %d", 24*60)
	}
	if f.FavorBias != nil {
		if err := checkFavorBias(f.FavorBias); err != nil {
			return err
		}
	}
	return CheckPlayers(f.MinPlayers, f.MaxPlayers)
}

// CheckPlayers accepts 1 ≤ low ≤ high ≤ MaxPlayers; nil is not checked.
func CheckPlayers(low, high *int) *Error {
	if low != nil && (*low < 1 || *low > MaxPlayers) {
		return Invalid("min_players must be between 1 and %d", MaxPlayers)
	}
	if high != nil && (*high < 1 || *high > MaxPlayers) {
		return Invalid("max_players must be between 1 and %d", MaxPlayers)
	}
	if low != nil && high != nil && *low > *high {
		return Invalid("min_players must not be greater than max_players")
	}
	return nil
}

// CreateGame adds a game to the catalogue: games.create.
type CreateGame struct {
	GameFields
}

// Check implements Command.
func (c CreateGame) Check() *Error {
	if isEmpty(c.PackName) || isEmpty(c.Title) || c.MinPlayers == nil || c.MaxPlayers == nil {
		return Invalid("Missing required fields")
	}
	return c.checkFields()
}

// UpdateGame changes the fields that are given: games.update.
type UpdateGame struct {
	ID GameID `json:"id"`
	GameFields
}

// Check implements Command.
func (c UpdateGame) Check() *Error { return c.checkFields() }

// DeleteGame removes a game from the catalogue: games.delete. Past sessions keep it.
type DeleteGame struct {
	ID GameID `json:"id"`
}

// Check implements Command.
func (c DeleteGame) Check() *Error { return nil }

// ToggleGame switches a game between enabled and disabled: games.toggle.
type ToggleGame struct {
	ID GameID `json:"id"`
}

// Check implements Command.
func (c ToggleGame) Check() *Error { return nil }

// FavorGame sets a game's weight in the picker: games.favor.
type FavorGame struct {
	ID        GameID `json:"id"`
	FavorBias *int   `json:"favor_bias"`
}

// Check implements Command.
func (c FavorGame) Check() *Error { return checkFavorBias(c.FavorBias) }

func checkFavorBias(b *int) *Error {
	if b == nil || *b < -1 || *b > 1 {
		return Invalid("favor_bias must be 1 (favor), -1 (disfavor), or 0 (neutral)")
	}
	return nil
}

// FavorSet is the answer of games.favor and games.packs.favor; the bias is 1, 0 or -1.
type FavorSet struct {
	Message   string `json:"message"`
	FavorBias int    `json:"favor_bias"`
}

// TogglePack enables or disables all games of a pack: games.packs.toggle.
type TogglePack struct {
	Name    string `json:"name"`
	Enabled *bool  `json:"enabled"`
}

// Check implements Command.
func (c TogglePack) Check() *Error {
	if c.Enabled == nil {
		return Invalid("enabled is required")
	}
	return nil
}

// PackToggled is the answer of games.packs.toggle. GamesAffected is the number of games in
// the pack.
type PackToggled struct {
	Message       string `json:"message"`
	GamesAffected int    `json:"gamesAffected"`
}

// FavorPack sets a pack's weight in the picker: games.packs.favor.
type FavorPack struct {
	Name      string `json:"name"`
	FavorBias *int   `json:"favor_bias"`
}

// Check implements Command.
func (c FavorPack) Check() *Error { return checkFavorBias(c.FavorBias) }

// ImportMode is what an import does with the games that are in the catalogue already.
type ImportMode string

// The modes. ImportAppend adds the games of the file and updates those that exist;
// ImportReplace also removes the games that the file does not name.
const (
	ImportAppend  ImportMode = "append"
	ImportReplace ImportMode = "replace"
)

// ImportGames imports games from CSV: games.import. It imports all of them or none.
type ImportGames struct {
	CSVData string `json:"csvData"`
	// Mode empty means ImportAppend.
	Mode ImportMode `json:"mode"`
	// Rows are read from the CSV by the hub in the caller's goroutine: a large file must not
	// keep the catalogue from answering others.
	Rows []GameFields `json:"-"`
	// Lines are the numbers of the lines at which the rows begin.
	Lines []int `json:"-"`
	// IgnoredColumns are the columns of the CSV that games do not have.
	IgnoredColumns []string `json:"-"`
}

// Check implements Command. The content of the CSV is checked when it is read.
func (c ImportGames) Check() *Error {
	switch {
	case c.CSVData == "":
		return Invalid("csvData is required")
	case c.Mode != "" && c.Mode != ImportAppend && c.Mode != ImportReplace:
		return Invalid(`mode must be "append" or "replace"`)
	}
	return nil
}

// GamesImported is the answer of games.import. Count is the number of games in the file, of
// which Added were new and Updated changed; Removed is the number of other games removed.
type GamesImported struct {
	Message string     `json:"message"`
	Count   int        `json:"count"`
	Mode    ImportMode `json:"mode"`
	Added   int        `json:"added"`
	Updated int        `json:"updated"`
	Removed int        `json:"removed"`
	// IgnoredColumns are the first 50 columns that were ignored; never nil.
	IgnoredColumns []string `json:"ignoredColumns"`
}
