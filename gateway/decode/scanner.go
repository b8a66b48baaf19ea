package decode

import (
	"bytes"
	"strconv"

	"partyline/protocol"
)

// Scanner reads an object that is written as programs write it: names and strings without
// escapes, whole numbers, nested objects, which it skips. Votes are read this way, at a
// tenth of the cost of encoding/json. It gives up on anything else, and the caller
// decodes with Object, which also says what is wrong. Whatever it accepts, encoding/json
// reads the same; a fuzz test holds it to that.
type Scanner struct {
	Raw []byte
	at  int
}

// Member is one name and its value as it is written.
type Member struct{ Name, Value []byte }

// Members calls visit for each member; it is false when the object cannot be read or
// visit is false.
func (p *Scanner) Members(visit func(Member) bool) bool {
	if !p.consume('{') {
		return false
	}
	if p.consume('}') {
		return p.end()
	}
	for {
		m, ok := p.member()
		if !ok || !visit(m) {
			return false
		}
		if p.consume('}') {
			return p.end()
		}
		if !p.consume(',') {
			return false
		}
	}
}

func (p *Scanner) member() (m Member, ok bool) {
	if m.Name, ok = p.quoted(); !ok || !p.consume(':') {
		return m, false
	}
	m.Value, ok = p.value()
	return m, ok
}

// consume skips spaces and the character, if it is next.
func (p *Scanner) consume(c byte) bool {
	p.skipSpace()
	if p.at < len(p.Raw) && p.Raw[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *Scanner) skipSpace() {
	for p.at < len(p.Raw) && (p.Raw[p.at] == ' ' || p.Raw[p.at] == '\n' || p.Raw[p.at] == '\t' || p.Raw[p.at] == '\r') {
		p.at++
	}
}

func (p *Scanner) end() bool {
	p.skipSpace()
	return p.at == len(p.Raw)
}

// quoted is a string's content.
func (p *Scanner) quoted() ([]byte, bool) {
	if !p.consume('"') {
		return nil, false
	}
	start := p.at
	for ; p.at < len(p.Raw); p.at++ {
		switch c := p.Raw[p.at]; {
		case c == '"':
			p.at++
			return p.Raw[start : p.at-1], true
		case c == '\\' || c < ' ':
			return nil, false
		}
	}
	return nil, false
}

// value is a string with its quotes, a whole number, or an object.
func (p *Scanner) value() ([]byte, bool) {
	p.skipSpace()
	start := p.at
	if start == len(p.Raw) {
		return nil, false
	}
	ok := false
	switch c := p.Raw[start]; {
	case c == '"':
		_, ok = p.quoted()
	case c >= '1' && c <= '9':
		ok = p.digits()
	case c == '{':
		ok = p.skipObject()
	}
	return p.Raw[start:p.at], ok
}

func (p *Scanner) digits() bool {
	for p.at < len(p.Raw) && p.Raw[p.at] >= '0' && p.Raw[p.at] <= '9' {
		p.at++
	}
	return true
}

// skipObject skips a flat object without checking its grammar: its own Scanner does.
func (p *Scanner) skipObject() bool {
	n := bytes.IndexByte(p.Raw[p.at:], '}')
	if n < 0 || bytes.IndexByte(p.Raw[p.at+1:p.at+n], '{') >= 0 {
		return false
	}
	p.at += n + 1
	return true
}

// Unquote is a string value's content; false for another value.
func (m Member) Unquote() ([]byte, bool) {
	if len(m.Value) < 2 || m.Value[0] != '"' {
		return nil, false
	}
	return m.Value[1 : len(m.Value)-1], true
}

func (m Member) Number() (protocol.SessionID, bool) {
	n, err := strconv.ParseInt(string(m.Value), 10, 64)
	return protocol.SessionID(n), err == nil
}
