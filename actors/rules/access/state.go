package access

import (
	"cmp"
	"iter"
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
	// tokens are those that were not revoked, ascending by id; some may have expired. Apply
	// keeps them at MaxTokens or fewer.
	tokens []protocol.Token
}

// New returns a state without tokens.
func New() *State { return &State{} }

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
		if at, ok := s.find(f.ID); !ok {
			s.tokens = slices.Insert(s.tokens, at, f.Token())
		}
		s.lastID = max(s.lastID, f.ID)
	case *Compacted:
		s.lastID, s.tokens = f.Last, make([]protocol.Token, len(f.Tokens))
		for i := range f.Tokens {
			s.tokens[i] = f.Tokens[i].Token()
		}
	case *Revoked:
		if at, ok := s.find(f.ID); ok {
			s.tokens = slices.Delete(s.tokens, at, at+1)
		}
	}
}

// find returns the index of a token or, with false, where it would be.
func (s *State) find(id protocol.TokenID) (int, bool) {
	return slices.BinarySearchFunc(s.tokens, id, func(t protocol.Token, id protocol.TokenID) int { return cmp.Compare(t.ID, id) })
}

// Publish returns dst unchanged: tokens have no events.
func (s *State) Publish(dst []byte, _ Fact, _ protocol.Seq) []byte { return dst }

// Tokens returns the tokens that are valid at a moment, the newest first.
func (s *State) Tokens(now protocol.Timestamp) []protocol.Token {
	return slices.AppendSeq(make([]protocol.Token, 0, len(s.tokens)), s.older(len(s.tokens), now))
}

// TokenPage returns a page of the tokens that are valid at a moment, the newest first. It looks
// at all tokens, at most MaxTokens, and copies those of the page.
func (s *State) TokenPage(q protocol.PageQuery, now protocol.Timestamp) protocol.Page[protocol.Token] {
	before := len(s.tokens)
	if q.After() != 0 {
		before, _ = s.find(protocol.TokenID(q.After()))
	}
	return protocol.PageOfSeq(q, s.count(now), s.older(before, now), func(t *protocol.Token) int64 { return int64(t.ID) })
}

// older yields the tokens before an index that are valid at a moment, the newest first.
func (s *State) older(before int, now protocol.Timestamp) iter.Seq[protocol.Token] {
	return func(yield func(protocol.Token) bool) {
		for i := before - 1; i >= 0; i-- {
			if t := &s.tokens[i]; valid(t, now) && !yield(*t) {
				return
			}
		}
	}
}

// count returns how many tokens are valid at a moment.
func (s *State) count(now protocol.Timestamp) int {
	n := 0
	for i := range s.tokens {
		if valid(&s.tokens[i], now) {
			n++
		}
	}
	return n
}

// Valid is true when a token is valid at a moment; false for unknown and revoked ones.
func (s *State) Valid(id protocol.TokenID, now protocol.Timestamp) bool {
	at, ok := s.find(id)
	return ok && valid(&s.tokens[at], now)
}

func (s *State) dropExpired(now protocol.Timestamp) {
	s.tokens = slices.DeleteFunc(s.tokens, func(t protocol.Token) bool { return !valid(&t, now) })
}

// full is true when so many tokens are valid that there is no room for one more.
func (s *State) full(now protocol.Timestamp) bool {
	return len(s.tokens) >= MaxTokens && s.count(now) >= MaxTokens
}

func valid(t *protocol.Token, now protocol.Timestamp) bool { return now < t.ExpiresAt }
