package oracle

import (
	"bytes"
	"encoding/json"

	"partyline/protocol"
)

// Envelope is the outside of a message from the server.
type Envelope struct {
	// Type points into the message or is one of protocol's words.
	Type    []byte
	Session protocol.SessionID
	Seq     protocol.Seq
	// Event says that it is an event of a session's log.
	Event bool
}

// Open reads the outside. An event laid out as protocol.Event is, is read without
// decoding the rest; anything else is decoded as JSON, to the same result. ok is
// false for what is not a JSON object with a type.
func Open(message []byte) (e Envelope, ok bool) {
	if e, ok := openEvent(message); ok {
		return e, true
	}
	var m struct {
		Type      string             `json:"type"`
		SessionID protocol.SessionID `json:"sessionId"`
		Seq       protocol.Seq       `json:"seq"`
		Timestamp string             `json:"timestamp"`
	}
	if json.Unmarshal(message, &m) != nil || m.Type == "" {
		return e, false
	}
	return Envelope{Type: []byte(m.Type), Session: m.SessionID, Seq: m.Seq, Event: m.Timestamp != ""}, true
}

func openEvent(message []byte) (e Envelope, ok bool) {
	s := scanner{rest: message, ok: true}
	s.literal(`{"type":`)
	e.Type = s.text()
	s.literal(`,"timestamp":`)
	stamp := s.text()
	s.literal(`,"sessionId":`)
	e.Session = protocol.SessionID(s.number())
	s.literal(`,"seq":`)
	e.Seq = protocol.Seq(s.number())
	s.literal(`,"data":`)
	e.Event = len(stamp) > 0
	return e, s.ok
}

// scanner walks over JSON whose layout is known; ok falls at the first surprise.
type scanner struct {
	rest []byte
	ok   bool
}

func (s *scanner) literal(l string) {
	if s.ok = s.ok && len(s.rest) >= len(l) && string(s.rest[:len(l)]) == l; s.ok {
		s.rest = s.rest[len(l):]
	}
}

// text reads a string without escapes: the slice is what stands between the quotes.
func (s *scanner) text() []byte {
	s.literal(`"`)
	if !s.ok {
		return nil
	}
	end := bytes.IndexByte(s.rest, '"')
	if s.ok = end >= 0 && bytes.IndexByte(s.rest[:end], '\\') < 0; !s.ok {
		return nil
	}
	t := s.rest[:end]
	s.rest = s.rest[end+1:]
	return t
}

func (s *scanner) number() int64 {
	const maxDigits = 18 // what surely fits
	i, n := 0, int64(0)
	for i < len(s.rest) && s.rest[i] >= '0' && s.rest[i] <= '9' {
		n = n*10 + int64(s.rest[i]-'0')
		i++
	}
	if s.ok = s.ok && i > 0 && i <= maxDigits; !s.ok {
		return 0
	}
	s.rest = s.rest[i:]
	return n
}

func (s *scanner) signed() int64 {
	if s.ok && len(s.rest) > 0 && s.rest[0] == '-' {
		s.rest = s.rest[1:]
		return -s.number()
	}
	return s.number()
}
