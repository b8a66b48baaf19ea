package api

import (
	"partyline/actors/admission"
	"partyline/protocol"
)

// ClassOf is the admission class of a principal's reads.
func ClassOf(who protocol.Principal) admission.Class {
	switch who.Role {
	case protocol.RoleAdmin:
		return admission.ClassHost
	case protocol.RoleBot, protocol.RoleViewer:
		return admission.ClassBot
	}
	return admission.ClassStranger
}

// Class is the admission class of a request. A phone that joins is no stranger: joining
// has a rate of its own, and whoever fills the strangers' share with reads must not keep
// it out.
func (in *Request) Class() admission.Class {
	if in.Endpoint.Op == "join.enter" {
		return admission.ClassGuest
	}
	return ClassOf(in.Principal)
}
