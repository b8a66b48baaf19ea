package catalogue

import (
	"strings"

	"partyline/protocol"
)

// Limits of the length filter, in minutes: short games take up to shortUpTo, medium ones up to
// mediumUpTo, long ones more. A game of unknown length counts as short.
const (
	shortUpTo  = 15
	mediumUpTo = 25
)

const typeDrawing = "Drawing"

// matches is true when the game passes all filters that are set.
func (e *Entry) matches(f protocol.GameFilter) bool {
	return (f.Enabled == nil || e.Enabled == *f.Enabled) &&
		(f.PlayerCount == 0 || e.MinPlayers <= f.PlayerCount && f.PlayerCount <= e.MaxPlayers) &&
		(f.FamilyFriendly == nil || e.FamilyFriendly == *f.FamilyFriendly) &&
		(f.Pack == "" || e.PackName == f.Pack) &&
		e.matchesDrawing(f.Drawing) && e.matchesLength(f.Length)
}

// matchesDrawing: "only" looks at the first type, "exclude" at both, so a game that has some
// drawing in it is in neither.
func (e *Entry) matchesDrawing(word string) bool {
	switch word {
	case "only":
		return isDrawing(e.GameType)
	case "exclude":
		return !isDrawing(e.GameType) && !isDrawing(e.SecondaryType)
	}
	return true
}

func (e *Entry) matchesLength(word string) bool {
	minutes := 0
	if e.LengthMinutes != nil {
		minutes = *e.LengthMinutes
	}
	switch word {
	case "short":
		return minutes <= shortUpTo
	case "medium":
		return minutes > shortUpTo && minutes <= mediumUpTo
	case "long":
		return minutes > mediumUpTo
	}
	return true
}

func isDrawing(kind *string) bool { return kind != nil && strings.EqualFold(*kind, typeDrawing) }
