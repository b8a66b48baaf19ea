package api

import (
	"unicode/utf8"

	"partyline/gateway/decode"
	"partyline/protocol"
)

// fastVote reads a vote that is written as programs write it into c; false leaves c in any
// state, and the caller decodes it the slow way. Measured in pairs against encoding/json
// alone, with fastRequest of package ws: a vote by WebSocket takes 21 µs of CPU and 47
// allocations in place of 26 and 62, client included; by REST it saves 5 allocations.
func fastVote(raw []byte, c *protocol.CastVote) bool {
	if !utf8.Valid(raw) {
		return false
	}
	p := decode.Scanner{Raw: raw}
	return p.Members(func(m decode.Member) bool { return fastVoteField(m, c) })
}

func fastVoteField(m decode.Member, c *protocol.CastVote) bool {
	if string(m.Name) == "sessionId" {
		var ok bool
		c.SessionID, ok = m.Number()
		return ok
	}
	text, ok := m.Unquote()
	if !ok {
		return false
	}
	switch string(m.Name) {
	case "username":
		c.Username = string(text)
	case "vote":
		c.Vote = fastVoteType(text)
	case "timestamp":
		at, err := protocol.ParseVoteTimestamp(string(text))
		c.Timestamp = &at
		return err == nil
	default:
		return false
	}
	return true
}

// fastVoteType returns the constants for the two known words, which saves copies.
func fastVoteType(text []byte) protocol.VoteType {
	switch string(text) {
	case string(protocol.VoteUp):
		return protocol.VoteUp
	case string(protocol.VoteDown):
		return protocol.VoteDown
	}
	return protocol.VoteType(text)
}
