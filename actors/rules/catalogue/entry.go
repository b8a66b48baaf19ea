package catalogue

import (
	"cmp"

	"partyline/protocol"
)

// Entry is a game as facts and snapshots store it. Its JSON is the storage format: a
// field may be added, never renamed. Pointers are replaced, never written through.
type Entry struct {
	ID             protocol.GameID    `json:"id"`
	PackName       string             `json:"pack_name"`
	Title          string             `json:"title"`
	MinPlayers     int                `json:"min_players"`
	MaxPlayers     int                `json:"max_players"`
	LengthMinutes  *int               `json:"length_minutes,omitempty"`
	HasAudience    bool               `json:"has_audience,omitempty"`
	FamilyFriendly bool               `json:"family_friendly,omitempty"`
	GameType       *string            `json:"game_type,omitempty"`
	SecondaryType  *string            `json:"secondary_type,omitempty"`
	Ticker         string             `json:"ticker,omitempty"` // upper case, empty for none
	Enabled        bool               `json:"enabled,omitempty"`
	FavorBias      int                `json:"favor_bias,omitempty"`
	CreatedAt      protocol.Timestamp `json:"created_at"`
}

// Resource is the game as clients see it, with zero totals.
func (e *Entry) Resource() protocol.Game {
	return protocol.Game{
		ID: e.ID, PackName: e.PackName, Title: e.Title,
		MinPlayers: e.MinPlayers, MaxPlayers: e.MaxPlayers, LengthMinutes: e.LengthMinutes,
		HasAudience: e.HasAudience, FamilyFriendly: e.FamilyFriendly,
		GameType: e.GameType, SecondaryType: e.SecondaryType, Ticker: nullIfEmpty(e.Ticker),
		Enabled: e.Enabled, FavorBias: e.FavorBias, CreatedAt: e.CreatedAt,
	}
}

// newEntry makes a game; unless the fields say otherwise, it is enabled and neutral.
func newEntry(id protocol.GameID, f protocol.GameFields, at protocol.Timestamp) Entry {
	return Entry{ID: id, Enabled: true, CreatedAt: at}.with(f)
}

// with returns the entry with the given fields changed.
func (e Entry) with(f protocol.GameFields) Entry {
	set(&e.PackName, f.PackName)
	set(&e.Title, f.Title)
	set(&e.MinPlayers, f.MinPlayers)
	set(&e.MaxPlayers, f.MaxPlayers)
	set(&e.HasAudience, f.HasAudience)
	set(&e.FamilyFriendly, f.FamilyFriendly)
	set(&e.Enabled, f.Enabled)
	set(&e.FavorBias, f.FavorBias)
	setOptional(&e.LengthMinutes, f.LengthMinutes)
	setOptional(&e.GameType, f.GameType)
	setOptional(&e.SecondaryType, f.SecondaryType)
	if f.Ticker.Set {
		e.Ticker = ""
		if f.Ticker.Value != nil {
			e.Ticker = protocol.NormalizeTicker(*f.Ticker.Value)
		}
	}
	return e
}

// equal compares values, not pointers.
func (e Entry) equal(o Entry) bool {
	same := samePointee(e.LengthMinutes, o.LengthMinutes) && samePointee(e.GameType, o.GameType) && samePointee(e.SecondaryType, o.SecondaryType)
	e.LengthMinutes, e.GameType, e.SecondaryType = o.LengthMinutes, o.GameType, o.SecondaryType
	return same && e == o
}

// compare is the order of lists: by pack, then by title, both natural. The exact names and
// finally the id make it total, so that a pack's games stand together even beside a pack that
// differs only in case.
func (e *Entry) compare(o *Entry) int {
	if c := compareName(e.PackName, o.PackName); c != 0 {
		return c
	}
	if c := compareName(e.Title, o.Title); c != 0 {
		return c
	}
	return cmp.Compare(e.ID, o.ID)
}

func compareName(a, b string) int {
	if a == b { // most games are compared with games of their pack
		return 0
	}
	return cmp.Or(compareNatural(a, b), cmp.Compare(a, b))
}

func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}

// setOptional copies the value, so that the caller's command and the entry share nothing. An
// empty value is stored as null: CSV cannot distinguish the two, and an export must import as
// what it was.
func setOptional[T comparable](field **T, value protocol.Optional[T]) {
	var zero T
	switch {
	case !value.Set:
	case value.Value == nil || *value.Value == zero:
		*field = nil
	default:
		v := *value.Value
		*field = &v
	}
}

func nullIfEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func samePointee[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}
