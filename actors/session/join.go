package session

import (
	"partyline/actors/session/fact"
	"partyline/protocol"
)

// join is how phones come in. The fields are exported for the snapshot alone.
type join struct {
	// Generation counts the codes that were ever open.
	Generation protocol.JoinGeneration `json:"generation,omitempty"`
	Policy     protocol.JoinPolicy     `json:"policy,omitempty"`
	Code       string                  `json:"code,omitempty"` // empty while joining is closed
}

// policy is what was set, or what a session begins with.
func (j *join) policy() protocol.JoinPolicy {
	if j.Policy == "" {
		return protocol.PolicyLatest
	}
	return j.Policy
}

// openJoin decides OpenJoin. A code that is open stays, unless another is asked for.
func (h *State) openJoin(dst []fact.Fact, c protocol.OpenJoin, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	if h.phase != phaseActive {
		return dst, protocol.Errorf(protocol.CodeSessionClosed, "Cannot open joining of a closed session")
	}
	f := &fact.JoinSet{At: at, Generation: h.join.Generation, Policy: c.Policy, Code: h.join.Code}
	if f.Policy == "" {
		f.Policy = h.join.policy()
	}
	if f.Code == "" || c.Renew {
		f.Code, f.Generation = c.NewCode, f.Generation+1
	}
	if (join{f.Generation, f.Policy, f.Code}) == h.join {
		return dst, nil
	}
	return append(dst, f), nil
}

// closeJoin decides CloseJoin. Closing a session closes joining too, by its own fact.
func (h *State) closeJoin(dst []fact.Fact, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	if h.join.Code == "" {
		return dst, nil
	}
	return append(dst, &fact.JoinSet{At: at, Generation: h.join.Generation, Policy: h.join.Policy}), nil
}

// Join tells how phones come in.
func (h *State) Join() protocol.Join { return protocol.NewJoin(h.id, h.join.Code, h.join.policy()) }

// Generation is that of the guests who may vote now, 0 while joining is closed.
func (h *State) Generation() protocol.JoinGeneration {
	if h.join.Code == "" {
		return 0
	}
	return h.join.Generation
}

// Code is what phones come in with, empty while joining is closed.
func (h *State) Code() string { return h.join.Code }

// Enter says what a device is told that has the code, or that the code is not this
// session's any more. The code is in its stored form.
func (h *State) Enter(code string, device protocol.DeviceID) (protocol.GuestState, *protocol.Error) {
	if code == "" || code != h.join.Code {
		return protocol.GuestState{}, protocol.NoSuchCode()
	}
	e := protocol.GuestState{SessionID: h.id, Generation: h.join.Generation, Policy: h.join.policy(), VoidCount: h.voids()}
	if id := h.current(); id != 0 {
		e.Yours = h.yours(device, id)
	}
	e.Chosen = h.chosen(device)
	e.HasVoted = e.Chosen != nil || h.devices.has(device)
	return e, nil
}

// admit refuses a guest of another generation than the present one.
func (h *State) admit(g protocol.JoinGeneration) *protocol.Error {
	if g == 0 || g != h.Generation() {
		return protocol.Errorf(protocol.CodeForbidden, "Joining was closed or its code renewed; enter the code that the screen shows now")
	}
	return nil
}
