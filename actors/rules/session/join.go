package session

import (
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// join is how phones join the session. The fields are exported for the snapshot only.
type join struct {
	// Generation counts the codes that were ever valid.
	Generation protocol.JoinGeneration `json:"generation,omitempty"`
	Policy     protocol.JoinPolicy     `json:"policy,omitempty"`
	Code       string                  `json:"code,omitempty"` // empty while joining is closed
}

// policy returns the policy that was set, or the default.
func (j *join) policy() protocol.JoinPolicy {
	if j.Policy == "" {
		return protocol.PolicyLatest
	}
	return j.Policy
}

// decideOpenJoin decides OpenJoin. A valid code stays, unless a new one is asked for.
func (s *State) decideOpenJoin(dst []fact.Fact, c protocol.OpenJoin, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	if s.phase != phaseActive {
		return dst, protocol.Errorf(protocol.CodeSessionClosed, "Cannot open joining of a closed session")
	}
	f := &fact.JoinSet{At: at, Generation: s.join.Generation, Policy: c.Policy, Code: s.join.Code}
	if f.Policy == "" {
		f.Policy = s.join.policy()
	}
	if f.Code == "" || c.Renew {
		f.Code, f.Generation = c.NewCode, f.Generation+1
	}
	if (join{f.Generation, f.Policy, f.Code}) == s.join {
		return dst, nil
	}
	return append(dst, f), nil
}

// decideCloseJoin decides CloseJoin. Closing a session closes joining too, by its own fact.
func (s *State) decideCloseJoin(dst []fact.Fact, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	if s.join.Code == "" {
		return dst, nil
	}
	return append(dst, &fact.JoinSet{At: at, Generation: s.join.Generation, Policy: s.join.Policy}), nil
}

// Join returns how phones join.
func (s *State) Join() protocol.Join { return protocol.NewJoin(s.id, s.join.Code, s.join.policy()) }

// Generation returns the generation of the guests who may vote, 0 while joining is closed.
func (s *State) Generation() protocol.JoinGeneration {
	if s.join.Code == "" {
		return 0
	}
	return s.join.Generation
}

// Code returns the join code, empty while joining is closed.
func (s *State) Code() string { return s.join.Code }

// Enter returns the state of a device that joins with the code, in its stored form, or the
// error that the code is not valid any more.
func (s *State) Enter(code string, device protocol.DeviceID) (protocol.GuestState, *protocol.Error) {
	if code == "" || code != s.join.Code {
		return protocol.GuestState{}, protocol.NoSuchCode()
	}
	e := protocol.GuestState{SessionID: s.id, Generation: s.join.Generation, Policy: s.join.policy(), VoidCount: s.voidRound()}
	if id := s.currentPlay(); id != 0 {
		e.Yours = s.deviceVote(device, id)
	}
	e.Chosen = s.pollChoiceOf(device)
	e.HasVoted = e.Chosen != nil || s.devices.has(device)
	return e, nil
}

// checkGeneration refuses a guest of another generation than the present one.
func (s *State) checkGeneration(g protocol.JoinGeneration) *protocol.Error {
	if g == 0 || g != s.Generation() {
		return protocol.Errorf(protocol.CodeForbidden, "Joining was closed or its code renewed; enter the code that the screen shows now")
	}
	return nil
}
