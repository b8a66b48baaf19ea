package protocol

import (
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Check implementations: shape only. The sentences are the reference API's where it has one.

// Check implements Command.
func (c CreateSession) Check() *Error { return checkOptionalText("notes", c.Notes, MaxNotes) }

// Check implements Command.
func (c CloseSession) Check() *Error { return checkOptionalText("notes", c.Notes, MaxNotes) }

// Check implements Command.
func (c DeleteSession) Check() *Error { return nil }

// Check implements Command.
func (c AddGame) Check() *Error {
	if c.GameID == 0 {
		return Invalid("game_id is required")
	}
	if c.RoomCode != nil {
		return checkRoomCode(*c.RoomCode)
	}
	return nil
}

// Check implements Command.
func (c SetGameStatus) Check() *Error {
	switch c.Status {
	case StatusPlaying, StatusPlayed, StatusSkipped:
		return nil
	}
	return Invalid("Invalid status. Must be playing, played, or skipped")
}

// Check implements Command.
func (c RemoveGame) Check() *Error { return nil }

// Check implements Command.
func (c SetRoomCode) Check() *Error {
	if c.RoomCode == "" {
		return Invalid("room_code is required")
	}
	return checkRoomCode(c.RoomCode)
}

// Check implements Command.
func (c SetPlayerCount) Check() *Error {
	if c.PlayerCount == nil {
		return Invalid("player_count is required")
	}
	if *c.PlayerCount < 0 || *c.PlayerCount > MaxPlayers {
		return Invalid("player_count must be between 0 and %d", MaxPlayers)
	}
	return nil
}

// Check implements Command.
func (c StartPlayerCheck) Check() *Error { return nil }

// Check implements Command.
func (c StopPlayerCheck) Check() *Error { return nil }

// Check implements Command.
func (c *CastVote) Check() *Error {
	if c.Username == "" || c.Vote == "" || c.Timestamp == nil {
		return Invalid("Missing required fields: username, vote, timestamp")
	}
	if c.Vote != VoteUp && c.Vote != VoteDown {
		return errVoteType()
	}
	if c.SessionID < 0 {
		return Invalid("sessionId must be a positive integer")
	}
	if c.Ticker != "" {
		return errTickerUnsupported()
	}
	return checkLine("username", c.Username, 1, MaxUsername)
}

// errTicker refuses what would be counted for another game than the voter has named.
func errTickerUnsupported() *Error {
	return Invalid("ticker is not supported yet: a vote is for the game that was being played at its timestamp")
}

// errVote is in the words of the reference API, which its clients compare.
func errVoteType() *Error { return Invalid(`vote must be either "up" or "down"`) }

// Check implements Command. The votes are checked one by one, each for its own result.
func (c *CastVotes) Check() *Error {
	if len(c.Votes) == 0 || len(c.Votes) > MaxBatchVotes {
		return Invalid("votes must be a list of 1 to %d votes", MaxBatchVotes)
	}
	if c.SessionID < 0 {
		return Invalid("sessionId must be a positive integer")
	}
	return nil
}

// Check implements Command.
func (c IssueToken) Check() *Error {
	if c.Role != RoleBot && c.Role != RoleViewer {
		return Invalid(`role must be "viewer" or "bot"`)
	}
	if c.Name == "" {
		return Invalid("name is required")
	}
	if c.SessionID != nil && *c.SessionID < 1 {
		return Invalid("sessionId must be a positive integer")
	}
	if ttl := time.Duration(c.ExpiresIn); ttl < 0 || ttl > 0 && ttl < time.Second || ttl > MaxTokenTTL {
		return Invalid("expiresIn must be between 1 second and 366 days")
	}
	return checkLine("name", c.Name, 1, MaxTitle)
}

// Check implements Command.
func (c RevokeToken) Check() *Error { return nil }

// Check implements Command.
func (c CreateGame) Check() *Error {
	if isEmpty(c.PackName) || isEmpty(c.Title) || c.MinPlayers == nil || c.MaxPlayers == nil {
		return Invalid("Missing required fields")
	}
	return c.checkFields()
}

// Check implements Command.
func (c UpdateGame) Check() *Error { return c.checkFields() }

// Check implements Command.
func (c DeleteGame) Check() *Error { return nil }

// Check implements Command.
func (c ToggleGame) Check() *Error { return nil }

// Check implements Command.
func (c FavorGame) Check() *Error { return checkFavorBias(c.FavorBias) }

// Check implements Command.
func (c TogglePack) Check() *Error {
	if c.Enabled == nil {
		return Invalid("enabled is required")
	}
	return nil
}

// Check implements Command.
func (c FavorPack) Check() *Error { return checkFavorBias(c.FavorBias) }

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

// CheckPlayers wants 1 ≤ min ≤ max ≤ MaxPlayers of those that are given.
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

func checkFavorBias(b *int) *Error {
	if b == nil || *b < -1 || *b > 1 {
		return Invalid("favor_bias must be 1 (favor), -1 (disfavor), or 0 (neutral)")
	}
	return nil
}

// checkRoomCode wants what the game's site accepts: four of A–Z and 0–9, in any case.
func checkRoomCode(code string) *Error {
	ok := len(code) == 4
	for i := 0; ok && i < len(code); i++ {
		c := code[i] | 0x20
		ok = c >= 'a' && c <= 'z' || code[i] >= '0' && code[i] <= '9'
	}
	if !ok {
		return Invalid("Invalid room code format. Must be 4 characters (A-Z, 0-9)")
	}
	return nil
}

func checkOptionalText(field string, s *string, most int) *Error {
	if s == nil {
		return nil
	}
	return checkText(field, *s, 0, most)
}

// checkLine bounds a name or a title in runes and refuses what is no line of text: invalid
// UTF-8, line breaks and other control characters. Names stand in lines of chats, reports
// and logs, and must not make lines of their own.
func checkLine(field, s string, least, most int) *Error {
	if err := checkLength(field, s, least, most); err != nil {
		return err
	}
	for _, r := range s {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return Invalid("%s must not contain line breaks or other control characters", field)
		}
	}
	return nil
}

// checkText is checkLine for a text of several lines.
func checkText(field, s string, least, most int) *Error {
	if err := checkLength(field, s, least, most); err != nil {
		return err
	}
	for _, r := range s {
		if unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' {
			return Invalid("%s must not contain control characters", field)
		}
	}
	return nil
}

func checkLength(field, s string, least, most int) *Error {
	if !utf8.ValidString(s) {
		return Invalid("%s must be valid UTF-8", field)
	}
	if n := utf8.RuneCountInString(s); n > most || len(strings.TrimSpace(s)) < least {
		return Invalid("%s must be %d to %d characters", field, least, most)
	}
	return nil
}

// CheckURL wants an absolute http or https URL with a host and without userinfo.
func CheckURL(s string) *Error {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.User != nil {
		return Invalid("Invalid URL format")
	}
	return nil
}

func isEmpty(s *string) bool { return s == nil || *s == "" }
