package limit

import "partyline/protocol"

// MessagesOf is the limit of a WebSocket's messages, and of its requests that are not
// answered, by the role of its token; the empty role has no token.
func MessagesOf(role protocol.Role) *Limit {
	switch role {
	case protocol.RoleGuest:
		return &GuestMessages
	case protocol.RoleViewer:
		return &ViewerMessages
	case protocol.RoleBot, protocol.RoleAdmin:
		return &ProgramMessages
	}
	return &AnonymousMessages
}
