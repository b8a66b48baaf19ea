package gateway

import (
	"bytes"
	"strconv"

	"partyline/protocol"
)

// plain walks over an object that is written as programs write it: names and strings
// without escapes, whole numbers, nested objects passed over as they are. It is the
// way of votes, at a fifth of the cost of encoding/json. It gives up on anything else,
// and the caller decodes the slow way, which also knows what to complain of. Whatever
// it accepts, encoding/json reads the same; a fuzz test holds it to that.
type objectScanner struct {
	raw []byte
	at  int
}

// member is one name and its value as it is written.
type member struct{ name, value []byte }

// walk calls visit for each member; false when the object or visit gave up.
func (p *objectScanner) members(visit func(member) bool) bool {
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

func (p *objectScanner) member() (m member, ok bool) {
	if m.name, ok = p.quoted(); !ok || !p.consume(':') {
		return m, false
	}
	m.value, ok = p.value()
	return m, ok
}

// eat passes blanks and the character, if it is next.
func (p *objectScanner) consume(c byte) bool {
	p.skipSpace()
	if p.at < len(p.raw) && p.raw[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *objectScanner) skipSpace() {
	for p.at < len(p.raw) && (p.raw[p.at] == ' ' || p.raw[p.at] == '\n' || p.raw[p.at] == '\t' || p.raw[p.at] == '\r') {
		p.at++
	}
}

func (p *objectScanner) end() bool {
	p.skipSpace()
	return p.at == len(p.raw)
}

// text is a string's content.
func (p *objectScanner) quoted() ([]byte, bool) {
	if !p.consume('"') {
		return nil, false
	}
	start := p.at
	for ; p.at < len(p.raw); p.at++ {
		switch c := p.raw[p.at]; {
		case c == '"':
			p.at++
			return p.raw[start : p.at-1], true
		case c == '\\' || c < ' ':
			return nil, false
		}
	}
	return nil, false
}

// value is a string with its quotes, a whole number, or an object.
func (p *objectScanner) value() ([]byte, bool) {
	p.skipSpace()
	start := p.at
	if start == len(p.raw) {
		return nil, false
	}
	ok := false
	switch c := p.raw[start]; {
	case c == '"':
		_, ok = p.quoted()
	case c >= '1' && c <= '9':
		ok = p.digits()
	case c == '{':
		ok = p.skipObject()
	}
	return p.raw[start:p.at], ok
}

func (p *objectScanner) digits() bool {
	for p.at < len(p.raw) && p.raw[p.at] >= '0' && p.raw[p.at] <= '9' {
		p.at++
	}
	return true
}

// object passes over a flat object without looking at its grammar: whoever wants
// what is in it walks it.
func (p *objectScanner) skipObject() bool {
	n := bytes.IndexByte(p.raw[p.at:], '}')
	if n < 0 || bytes.IndexByte(p.raw[p.at+1:p.at+n], '{') >= 0 {
		return false
	}
	p.at += n + 1
	return true
}

// unquote is a string value's content, nil for another value.
func (m member) unquote() ([]byte, bool) {
	if len(m.value) < 2 || m.value[0] != '"' {
		return nil, false
	}
	return m.value[1 : len(m.value)-1], true
}

func (m member) number() (protocol.SessionID, bool) {
	n, err := strconv.ParseInt(string(m.value), 10, 64)
	return protocol.SessionID(n), err == nil
}
