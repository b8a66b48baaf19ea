package protocol

// Queries ask without changing anything. Parameters come from the query string or,
// in request frames, from data.

// GameFilter is the query of games.list; zero fields do not filter.
type GameFilter struct {
	Enabled        *bool  `json:"enabled"`
	PlayerCount    int    `json:"playerCount"`    // min ≤ n ≤ max
	Drawing        string `json:"drawing"`        // "only" or "exclude"
	Length         string `json:"length"`         // "short", "medium" or "long"
	FamilyFriendly *bool  `json:"familyFriendly"` //
	Pack           string `json:"pack"`           // the exact name
}

// Pick is the body of games.pick: filters as in GameFilter, over enabled games only.
type Pick struct {
	PlayerCount    int    `json:"playerCount"`
	Drawing        string `json:"drawing"`
	Length         string `json:"length"`
	FamilyFriendly *bool  `json:"familyFriendly"`
	// SessionID leaves out the session's last two games or, with ExcludePlayed, all it has played.
	SessionID     SessionID `json:"sessionId"`
	ExcludePlayed bool      `json:"excludePlayed"`
}

// MakeQR is the body of qr.make: what the code is to say. The link of a screen holds a
// token, which must not stand in a URL that is asked for; so this is no GET.
type MakeQR struct {
	Text string `json:"text"` // 1 to MaxQR bytes
}

// VoteFilter is the query of votes.list; zero fields do not filter.
type VoteFilter struct {
	SessionID SessionID `json:"session_id"`
	GameID    GameID    `json:"game_id"`
	Username  string    `json:"username"` // case-folded
	VoteType  VoteType  `json:"vote_type"`
	Page      int       `json:"page"`  // from 1
	Limit     int       `json:"limit"` // 1 to MaxPageSize, default 50
}

// Filter is the catalogue filter of a pick.
func (p Pick) Filter() GameFilter {
	on := true
	return GameFilter{Enabled: &on, PlayerCount: p.PlayerCount, Drawing: p.Drawing, Length: p.Length, FamilyFriendly: p.FamilyFriendly}
}

// Check looks at the words and ranges.
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

// Check looks at the words and ranges.
func (p Pick) Check() *Error {
	if p.SessionID < 0 {
		return Invalid("sessionId must be a positive integer")
	}
	return p.Filter().Check()
}

// Check looks at the length.
func (q MakeQR) Check() *Error {
	if q.Text == "" {
		return Invalid("text is required")
	}
	if len(q.Text) > MaxQRText {
		return Invalid("text must be at most %d bytes", MaxQRText)
	}
	return nil
}

// Check looks at ranges, fills in the defaults of page and limit, and makes the name one
// of a voter.
func (f *VoteFilter) Check() *Error {
	if f.Page == 0 {
		f.Page = 1
	}
	if f.Limit == 0 {
		f.Limit = 50
	}
	switch {
	case f.Page < 1 || f.Page > 1_000_000:
		return Invalid("page must be between 1 and 1000000")
	case f.Limit < 1 || f.Limit > MaxPageSize:
		return Invalid("limit must be between 1 and %d", MaxPageSize)
	case f.VoteType != "" && f.VoteType != VoteUp && f.VoteType != VoteDown:
		return Invalid(`vote_type must be "up" or "down"`)
	case f.SessionID < 0:
		return Invalid("session_id must be a positive integer")
	case f.GameID < 0:
		return Invalid("game_id must be a positive integer")
	}
	if name := NormalizeVoterName(f.Username); name != "" || f.Username == "" {
		f.Username = name
		return checkText("username", f.Username, 0, MaxUsername)
	}
	return Invalid("username must not be invisible")
}
