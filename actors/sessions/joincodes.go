package sessions

import (
	"crypto/rand"
	"sync"

	"partyline/protocol"
)

// JoinCodes knows the join code and the join generation of every session that phones can join.
// It is read when a phone enters and at each of its requests, so that no actor is woken for a
// code that is not valid; and no two sessions get the same code from it.
//
// It begins with what the standings know of all sessions. From then on each session's actor
// updates it with what is on disk, before the answer leaves. Its methods may be called from any
// goroutine, and none waits.
type JoinCodes struct {
	mu        sync.RWMutex
	bySession map[protocol.SessionID]JoinCode
	byCode    map[string]protocol.SessionID
	reserved  map[string]struct{} // codes of commands that are not answered yet
	draw      func() string
	onChange  func(protocol.SessionID, protocol.JoinGeneration)
}

// JoinCode is how phones join a session.
type JoinCode struct {
	Session    protocol.SessionID
	Generation protocol.JoinGeneration
	Code       string
}

func newJoinCodes(draw func() string, onChange func(protocol.SessionID, protocol.JoinGeneration)) *JoinCodes {
	if draw == nil {
		draw = drawJoinCode
	}
	if onChange == nil {
		onChange = func(protocol.SessionID, protocol.JoinGeneration) {}
	}
	return &JoinCodes{onChange: onChange, bySession: map[protocol.SessionID]JoinCode{}, byCode: map[string]protocol.SessionID{}, reserved: map[string]struct{}{}, draw: draw}
}

// Opens is the session whose code this is now, 0 for none. The code is in its stored form.
func (j *JoinCodes) Opens(code string) protocol.SessionID {
	j.mu.RLock()
	defer j.mu.RUnlock()
	return j.byCode[code]
}

// GuestLive says whether this is the present join generation of the session: guests of others
// are not admitted any more.
func (j *JoinCodes) GuestLive(id protocol.SessionID, g protocol.JoinGeneration) bool {
	j.mu.RLock()
	defer j.mu.RUnlock()
	now, ok := j.bySession[id]
	return ok && now.Generation == g
}

// set replaces the join code of a session; an empty code is none.
func (j *JoinCodes) set(id protocol.SessionID, g protocol.JoinGeneration, code string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if before, ok := j.bySession[id]; ok {
		delete(j.byCode, before.Code)
		delete(j.bySession, id)
	}
	if code != "" {
		j.bySession[id] = JoinCode{id, g, code}
		j.byCode[code] = id
	}
}

// change does what set does and calls onChange.
func (j *JoinCodes) change(id protocol.SessionID, g protocol.JoinGeneration, code string) {
	j.set(id, g, code)
	j.onChange(id, g)
}

// reserve draws a code that no session has and no other command has reserved.
func (j *JoinCodes) reserve() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	for {
		code := j.draw()
		_, reserved := j.reserved[code]
		if _, taken := j.byCode[code]; taken || reserved {
			continue
		}
		j.reserved[code] = struct{}{}
		return code
	}
}

// release ends a reservation. A code that was used has been set before.
func (j *JoinCodes) release(code string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.reserved, code)
}

// drawJoinCode draws each character with the same chance: bytes beyond the last whole multiple
// of the alphabet are drawn again.
func drawJoinCode() string {
	const letters = len(protocol.JoinAlphabet)
	code := make([]byte, 0, protocol.JoinCodeLength)
	for len(code) < cap(code) {
		var b [1]byte
		_, _ = rand.Read(b[:]) // never fails, says crypto/rand
		if n := int(b[0]); n < 256/letters*letters {
			code = append(code, protocol.JoinAlphabet[n%letters])
		}
	}
	return string(code)
}
