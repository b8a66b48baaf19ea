package protocol

// GameFilter is the query of games.list; zero fields match every game.
type GameFilter struct {
	Enabled        *bool  `json:"enabled"`
	PlayerCount    int    `json:"playerCount"`    // min ≤ n ≤ max
	Drawing        string `json:"drawing"`        // "only" or "exclude"
	Length         string `json:"length"`         // "short", "medium" or "long"
	FamilyFriendly *bool  `json:"familyFriendly"` //
	Pack           string `json:"pack"`           // the exact name
}

// Check validates words and ranges.
func (f GameFilter) Check() *Error {
	if f.PlayerCount < 0 || f.PlayerCount > MaxPlayers {
		return Invalid("playerCount must be between 1 and %d", MaxPlayers)
	}
	switch f.Drawing {
	case "", "only", "exclude":
	default:
		return Invalid(`drawing must be "only" or "exclude"`)
	}
	switch f.Length {
	case "", "short", "medium", "long":
	default:
		return Invalid(`length must be "short", "medium" or "long"`)
	}
	return nil
}

// GamePart is the query of games.list.
type GamePart struct {
	GameFilter
	PageQuery
}

// Check validates the filter and the page.
func (f *GamePart) Check() *Error {
	return firstError(f.GameFilter.Check(), f.CheckRanked())
}

// Pick is the query of games.pick, which picks a game at random: filters as in GameFilter,
// over enabled games only.
type Pick struct {
	PlayerCount    int    `json:"playerCount"`
	Drawing        string `json:"drawing"`
	Length         string `json:"length"`
	FamilyFriendly *bool  `json:"familyFriendly"`
	// SessionID excludes the session's last two games or, with ExcludePlayed, all its games.
	SessionID     SessionID `json:"sessionId"`
	ExcludePlayed bool      `json:"excludePlayed"`
}

// Filter returns the filter over the catalogue.
func (p Pick) Filter() GameFilter {
	on := true
	return GameFilter{Enabled: &on, PlayerCount: p.PlayerCount, Drawing: p.Drawing, Length: p.Length, FamilyFriendly: p.FamilyFriendly}
}

// Check validates words and ranges.
func (p Pick) Check() *Error {
	if p.SessionID < 0 {
		return Invalid("sessionId must be a positive integer")
	}
	return p.Filter().Check()
}

// Picked is the answer of games.pick.
type Picked struct {
	Game         Game `json:"game"`
	PoolSize     int  `json:"poolSize"`
	TotalEnabled int  `json:"totalEnabled"`
}
