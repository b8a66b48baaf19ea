package oracle

import (
	"bytes"
	"encoding/json"

	"partyline/protocol"
)

// Envelope is what all messages of the server have.
type Envelope struct {
	// Type points into the message or is a constant of protocol.
	Type    []byte
	Session protocol.SessionID
	Seq     protocol.Seq
	// Event means that it is an event of a session's log.
	Event bool
}

// Open reads the envelope: of an event laid out as protocol.Event is without decoding the rest,
// else as JSON, with the same result. ok is false for what is not a JSON object with a type.
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

// scanner reads JSON whose layout is known; ok is false from the first difference on.
type scanner struct {
	rest []byte
	ok   bool
}

func (s *scanner) literal(l string) {
	if s.ok = s.ok && len(s.rest) >= len(l) && string(s.rest[:len(l)]) == l; s.ok {
		s.rest = s.rest[len(l):]
	}
}

// text reads a string without escapes and returns what is between the quotes.
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
