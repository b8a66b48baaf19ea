package actors

import (
	"context"
	"crypto/rand"
	"sync"

	"partyline/actors/ledger"
	"partyline/actors/session"
	"partyline/protocol"
)

// invitations know with which code phones come into which session. They are read where
// a phone comes in and at each of its requests, so that no actor is woken for a code
// that opens nothing; and they see to it that no two sessions have the same code.
//
// They begin with what the standings know of all sessions. From then on each session
// tells what its own log says, before the answer leaves.
type joinCodes struct {
	mu        sync.RWMutex
	bySession map[protocol.SessionID]joinCode
	byCode    map[string]protocol.SessionID
	// drawn are codes of commands that are not answered yet.
	reserved map[string]struct{}
	draw     func() string
	onChange func(protocol.SessionID, protocol.JoinGeneration)
}

type joinCode struct {
	generation protocol.JoinGeneration
	code       string
}

func newJoinCodes(draw func() string, told func(protocol.SessionID, protocol.JoinGeneration)) *joinCodes {
	if draw == nil {
		draw = drawJoinCode
	}
	if told == nil {
		told = func(protocol.SessionID, protocol.JoinGeneration) {}
	}
	return &joinCodes{onChange: told, bySession: map[protocol.SessionID]joinCode{}, byCode: map[string]protocol.SessionID{}, reserved: map[string]struct{}{}, draw: draw}
}

// note learns how a session is joined; an empty code is that it is not.
func (v *joinCodes) set(id protocol.SessionID, g protocol.JoinGeneration, code string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if before, ok := v.bySession[id]; ok {
		delete(v.byCode, before.code)
		delete(v.bySession, id)
	}
	if code != "" {
		v.bySession[id] = joinCode{g, code}
		v.byCode[code] = id
	}
}

// set is note of what has just been decided.
func (v *joinCodes) change(id protocol.SessionID, g protocol.JoinGeneration, code string) {
	v.set(id, g, code)
	v.onChange(id, g)
}

// opens is the session that the code opens, 0 for none.
func (v *joinCodes) sessionOf(code string) protocol.SessionID {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.byCode[code]
}

func (v *joinCodes) valid(id protocol.SessionID, g protocol.JoinGeneration) bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	now, ok := v.bySession[id]
	return ok && now.generation == g
}

// take draws a code that no session has or is about to have.
func (v *joinCodes) reserve() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	for {
		code := v.draw()
		_, drawn := v.reserved[code]
		if _, taken := v.byCode[code]; taken || drawn {
			continue
		}
		v.reserved[code] = struct{}{}
		return code
	}
}

// release gives a code back; should it be in use now, that was noted before.
func (v *joinCodes) release(code string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.reserved, code)
}

// drawCode takes each character with the same chance: bytes beyond the last whole
// multiple of the alphabet are drawn again.
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

// openJoin gives the session a code in case that it needs a new one.
func (h *Hub) openJoin(c *ledger.Command, cmd protocol.OpenJoin) *protocol.Error {
	code := h.joinCodes.reserve()
	cmd.NewCode = code
	c.Cmd = cmd
	done := c.Done
	c.Done = func(answer any, err *protocol.Error) {
		h.joinCodes.release(code)
		done(answer, err)
	}
	return h.sendSession(cmd.ID, c)
}

// Opens is the session that a code opens now, 0 for none. The code is in its stored
// form. It does not wait.
func (h *Hub) Opens(code string) protocol.SessionID { return h.joinCodes.sessionOf(code) }

// GuestLive is false for the guests of a generation that is over. It does not wait.
func (h *Hub) GuestLive(id protocol.SessionID, g protocol.JoinGeneration) bool {
	return h.joinCodes.valid(id, g)
}

// Join tells how a session is joined.
func (h *Hub) Join(ctx context.Context, id protocol.SessionID) (protocol.Join, error) {
	return askSession(ctx, h, id, func(s *session.State) (protocol.Join, *protocol.Error) { return s.Join(), nil })
}

// Addresses lists where the devices came in from that have voted in a session.
func (h *Hub) Addresses(ctx context.Context, id protocol.SessionID) (protocol.GuestAddresses, error) {
	return askSession(ctx, h, id, func(s *session.State) (protocol.GuestAddresses, *protocol.Error) {
		if !s.Exists() {
			return protocol.GuestAddresses{}, protocol.NotFound("Session")
		}
		return s.Addresses(), nil
	})
}

// Enter asks a session what a device is told that comes with its code.
func (h *Hub) Enter(ctx context.Context, id protocol.SessionID, code string, device protocol.DeviceID) (protocol.GuestState, error) {
	return askSession(ctx, h, id, func(s *session.State) (protocol.GuestState, *protocol.Error) { return s.Enter(code, device) })
}
