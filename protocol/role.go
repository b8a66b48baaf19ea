package protocol

// Role is what a token was issued for.
type Role string

// The roles. An admin may do everything; a bot may vote and read; a viewer may
// subscribe and read. A bot or viewer token can be bound to one session. A guest is
// a person's phone: it votes in games and polls and subscribes, all in the one session that
// it has joined, and reads what needs no token.
const (
	RoleAdmin  Role = "admin"
	RoleBot    Role = "bot"
	RoleViewer Role = "viewer"
	RoleGuest  Role = "guest"
)

// Access is the right that an operation requires.
type Access string

// The access levels.
const (
	// AccessAnyone needs no token. An invalid token counts as none.
	AccessAnyone Access = "anyone"
	// AccessGuest needs a guest's token and no other: a phone acts for itself.
	AccessGuest Access = "guest"
	// AccessWatch needs a viewer's, a bot's or an admin's token.
	AccessWatch Access = "watch"
	// AccessParticipate needs a guest's, a bot's or an admin's token.
	AccessParticipate Access = "participate"
	// AccessVote needs a bot's or an admin's token.
	AccessVote Access = "vote"
	// AccessAdmin needs an admin's token.
	AccessAdmin Access = "admin"
)

// AccessLevels returns all access levels, from least to most.
func AccessLevels() []Access {
	return []Access{AccessAnyone, AccessGuest, AccessWatch, AccessParticipate, AccessVote, AccessAdmin}
}

// Principal is the authenticated caller. The zero Principal has no token.
type Principal struct {
	Role Role
	// Token is the id of a scoped token; 0 for a token given for the admin key.
	Token TokenID
	// Session is the only session that the token is valid for, 0 for any. A guest's is never 0.
	Session SessionID
	Name    string
	Expires Timestamp
	// Device is a guest's phone, 0 for all other roles. Generation is the session's
	// JoinGeneration at which the guest entered.
	Device     DeviceID
	Generation JoinGeneration
	// Address is the network address from which a guest entered; 0 for all other roles and
	// for tokens of older versions.
	Address AddressID
	// VoidCount is how often votes had been voided in the session when the guest entered.
	VoidCount uint32
}

// May reports whether the principal may call an operation of that access level.
func (p Principal) May(a Access) bool {
	switch a {
	case AccessAnyone:
		return true
	case AccessGuest:
		return p.Role == RoleGuest
	case AccessWatch:
		return p.Role == RoleViewer || p.Role == RoleBot || p.Role == RoleAdmin
	case AccessParticipate:
		return p.Role == RoleGuest || p.Role == RoleBot || p.Role == RoleAdmin
	case AccessVote:
		return p.Role == RoleBot || p.Role == RoleAdmin
	default:
		return p.Role == RoleAdmin
	}
}

// Covers reports whether the principal's token is valid for that session.
func (p Principal) Covers(s SessionID) bool { return p.Session == 0 || p.Session == s }
