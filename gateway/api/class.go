package api

import (
	"partyline/actors/admission"
	"partyline/protocol"
)

// classOf is whose share of the hub's places somebody's reads take.
func ClassOf(who protocol.Principal) admission.Class {
	switch who.Role {
	case protocol.RoleAdmin:
		return admission.ClassHost
	case protocol.RoleBot, protocol.RoleViewer:
		return admission.ClassBot
	}
	return admission.ClassStranger
}

// class is whose share of the hub's places a request takes. A phone that comes in is no
// stranger: joining has a rate of its own, and whoever fills the strangers' share with
// reads must not keep it out.
func (in *Request) Class() admission.Class {
	if in.Endpoint.Op == "join.enter" {
		return admission.ClassGuest
	}
	return ClassOf(in.Principal)
}
