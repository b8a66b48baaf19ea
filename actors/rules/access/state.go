package access

import (
	"cmp"
	"maps"
	"slices"

	"partyline/protocol"
)

// MaxTokens bounds the tokens that are valid at one time, and with them memory and the list.
// An expired token frees its place.
const MaxTokens = 10_000

// State holds the tokens. It belongs to one goroutine at a time; reads change nothing.
type State struct {
	// lastID is the highest id ever given: ids are never reused.
	lastID protocol.TokenID
	// tokens are those that were not revoked; some may have expired. Apply keeps them at
	// MaxTokens or fewer.
	tokens map[protocol.TokenID]protocol.Token
}

// New returns a state without tokens.
func New() *State { return &State{tokens: map[protocol.TokenID]protocol.Token{}} }

// Apply applies a fact. Revoking a token that does not exist changes nothing. The sequence is
// not kept: tokens have no events.
func (s *State) Apply(f Fact, _ protocol.Seq) {
	switch f := f.(type) {
	case *Issued:
		// Dropping only when the table is full keeps issuing cheap; dropping as of the
		// fact's own time makes a replay drop exactly what was dropped then.
		if len(s.tokens) >= MaxTokens {
			s.dropExpired(f.Created)
		}
		s.tokens[f.ID] = f.Token()
		s.lastID = max(s.lastID, f.ID)
	case *Revoked:
		delete(s.tokens, f.ID)
	}
}

// Publish returns dst unchanged: tokens have no events.
func (s *State) Publish(dst []byte, _ Fact, _ protocol.Seq) []byte { return dst }

// Tokens returns the tokens that are valid at a moment, the newest first.
func (s *State) Tokens(now protocol.Timestamp) []protocol.Token {
	live := make([]protocol.Token, 0, len(s.tokens))
	for t := range maps.Values(s.tokens) {
		if valid(t, now) {
			live = append(live, t)
		}
	}
	slices.SortFunc(live, func(a, b protocol.Token) int { return cmp.Compare(b.ID, a.ID) })
	return live
}

// Valid is true when a token is valid at a moment; false for unknown and revoked ones.
func (s *State) Valid(id protocol.TokenID, now protocol.Timestamp) bool {
	t, ok := s.tokens[id]
	return ok && valid(t, now)
}

func (s *State) dropExpired(now protocol.Timestamp) {
	maps.DeleteFunc(s.tokens, func(_ protocol.TokenID, t protocol.Token) bool { return !valid(t, now) })
}

// full is true when so many tokens are valid that there is no room for one more.
func (s *State) full(now protocol.Timestamp) bool {
	if len(s.tokens) < MaxTokens {
		return false
	}
	live := 0
	for t := range maps.Values(s.tokens) {
		if valid(t, now) {
			live++
		}
	}
	return live >= MaxTokens
}

func valid(t protocol.Token, now protocol.Timestamp) bool { return now < t.ExpiresAt }
