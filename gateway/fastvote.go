package gateway

import (
	"unicode/utf8"

	"partyline/protocol"
)

// plainVote reads a vote that is written plainly into c; false leaves c in any state.
func fastVote(raw []byte, c *protocol.CastVote) bool {
	if !utf8.Valid(raw) {
		return false
	}
	p := objectScanner{raw: raw}
	return p.members(func(m member) bool { return fastVoteField(m, c) })
}

func fastVoteField(m member, c *protocol.CastVote) bool {
	if string(m.name) == "sessionId" {
		var ok bool
		c.SessionID, ok = m.number()
		return ok
	}
	text, ok := m.unquote()
	if !ok {
		return false
	}
	switch string(m.name) {
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

// plainThumb spares the two words their copies.
func fastVoteType(text []byte) protocol.VoteType {
	switch string(text) {
	case string(protocol.VoteUp):
		return protocol.VoteUp
	case string(protocol.VoteDown):
		return protocol.VoteDown
	}
	return protocol.VoteType(text)
}

// opVote is the operation of which there are the most.
const opVote = "votes.live"

// plainRequest reads a request frame of votes.live that is written plainly; the data
// aliases raw. Other frames are left to decode, which checks all of them.
func fastRequest(raw []byte, m *message) bool {
	if !utf8.Valid(raw) {
		return false
	}
	p := objectScanner{raw: raw}
	return p.members(func(f member) bool { return fastRequestField(f, m) }) &&
		m.Type == protocol.MessageRequest && m.Op == opVote && m.ID != "" && m.Data != nil
}

func fastRequestField(f member, m *message) bool {
	text, quoted := f.unquote()
	switch string(f.name) {
	case "type":
		m.Type = constant(text, protocol.MessageRequest)
	case "op":
		m.Op = constant(text, opVote)
	case "id":
		m.ID = frameID(text)
		return quoted && len(text) <= maxFrameID
	case "key":
		m.Key = string(text)
	case "data":
		m.Data = f.value
		return !quoted && f.value[0] == '{'
	default:
		return false
	}
	return quoted
}

// plainWord is the one word that is wanted, or nothing.
func constant(text []byte, wanted string) string {
	if string(text) == wanted {
		return wanted
	}
	return ""
}
