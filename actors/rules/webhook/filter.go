package webhook

import (
	"slices"

	"partyline/protocol"
)

// Filter selects the events of a webhook.
type Filter struct {
	// Events are the types; protocol.EventAny among them is all.
	Events []protocol.EventType
	// Sessions are the sessions whose events match; none means all.
	Sessions []protocol.SessionID
}

// Matches reports whether an event of the type and session is delivered.
func (f *Filter) Matches(t protocol.EventType, s protocol.SessionID) bool {
	return f.MatchesType(t) && (len(f.Sessions) == 0 || slices.Contains(f.Sessions, s))
}

// MatchesType looks at the type alone.
func (f *Filter) MatchesType(t protocol.EventType) bool {
	for _, e := range f.Events {
		if e == t || e == protocol.EventAny {
			return true
		}
	}
	return false
}

// Equal reports whether both select the same events.
func (f *Filter) Equal(g *Filter) bool {
	return slices.Equal(f.Events, g.Events) && slices.Equal(f.Sessions, g.Sessions)
}
