package access

import (
	"cmp"
	"maps"
	"slices"

	"partyline/protocol"
)

// MaxTokens bounds the tokens that hold at one time, and with them memory and the
// list. Expired ones give their place free.
const MaxTokens = 10_000

// State holds the tokens. It belongs to one goroutine at a time; reads change nothing.
type State struct {
	// last is the highest id ever given: ids are never reused.
	last protocol.TokenID
	// tokens are those that were not revoked; some may have expired. Apply keeps them
	// at MaxTokens or fewer.
	tokens map[protocol.TokenID]protocol.Token
}

// New returns a state without tokens.
func New() *State { return &State{tokens: map[protocol.TokenID]protocol.Token{}} }

// Apply takes a fact in. Revoking a token that is not there changes nothing. The
// sequence is not kept: tokens have no events.
func (h *State) Apply(f Fact, _ protocol.Seq) {
	switch f := f.(type) {
	case *Issued:
		// Sweeping only when the table is full keeps issuing cheap; sweeping as of the
		// fact's own time makes a replay drop exactly what was dropped then.
		if len(h.tokens) >= MaxTokens {
			h.dropExpired(f.Created)
		}
		h.tokens[f.ID] = f.Token()
		h.last = max(h.last, f.ID)
	case *Revoked:
		delete(h.tokens, f.ID)
	}
}

// Publish returns dst as it is: tokens have no events.
func (h *State) Publish(dst []byte, _ Fact, _ protocol.Seq) []byte { return dst }

// Tokens returns the tokens that hold at a moment, the newest first.
func (h *State) Tokens(now protocol.Timestamp) []protocol.Token {
	live := make([]protocol.Token, 0, len(h.tokens))
	for t := range maps.Values(h.tokens) {
		if holds(t, now) {
			live = append(live, t)
		}
	}
	slices.SortFunc(live, func(a, b protocol.Token) int { return cmp.Compare(b.ID, a.ID) })
	return live
}

// Valid says whether a token holds at a moment; false for unknown and revoked ones.
func (h *State) Valid(id protocol.TokenID, now protocol.Timestamp) bool {
	t, ok := h.tokens[id]
	return ok && holds(t, now)
}

func (h *State) dropExpired(now protocol.Timestamp) {
	maps.DeleteFunc(h.tokens, func(_ protocol.TokenID, t protocol.Token) bool { return !holds(t, now) })
}

// full says whether so many tokens hold that there is no room for one more.
func (h *State) full(now protocol.Timestamp) bool {
	if len(h.tokens) < MaxTokens {
		return false
	}
	live := 0
	for t := range maps.Values(h.tokens) {
		if holds(t, now) {
			live++
		}
	}
	return live >= MaxTokens
}

func holds(t protocol.Token, now protocol.Timestamp) bool { return now < t.ExpiresAt }
