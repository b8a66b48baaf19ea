package webhook

import (
	"slices"

	"partyline/protocol"
)

// Filter is what a webhook wants to hear.
type Filter struct {
	// Events are the types; protocol.EventAny among them is all.
	Events []protocol.EventType
	// Sessions are the only ones; none means all.
	Sessions []protocol.SessionID
}

// Wants looks at an event's type and session.
func (f *Filter) Wants(t protocol.EventType, s protocol.SessionID) bool {
	return f.WantsType(t) && (len(f.Sessions) == 0 || slices.Contains(f.Sessions, s))
}

// WantsType looks at the type alone.
func (f *Filter) WantsType(t protocol.EventType) bool {
	for _, e := range f.Events {
		if e == t || e == protocol.EventAny {
			return true
		}
	}
	return false
}

// Equal says whether both want the same.
func (f *Filter) Equal(g *Filter) bool {
	return slices.Equal(f.Events, g.Events) && slices.Equal(f.Sessions, g.Sessions)
}
