package protocol

// Role is what a token allows.
type Role string

// The roles. An admin may do everything; a bot may vote and read; a viewer may
// subscribe and read. A bot or viewer token can be bound to one session.
const (
	RoleAdmin  Role = "admin"
	RoleBot    Role = "bot"
	RoleViewer Role = "viewer"
)

// Access is what an operation asks for.
type Access string

// The accesses, from least to most.
const (
	// AccessAnyone needs no token. One that is sent must be valid all the same.
	AccessAnyone Access = "anyone"
	// AccessVote needs a bot's or an admin's token.
	AccessVote Access = "vote"
	// AccessAdmin needs an admin's token.
	AccessAdmin Access = "admin"
)

// Principal is who asks. The zero Principal is somebody without a token.
type Principal struct {
	Role Role
	// Token is the id of a scoped token, 0 for a token given for the admin key.
	Token TokenID
	// Session is the only session the token is for, 0 for any.
	Session SessionID
	Name    string
	Expires Timestamp
}

// May says whether the principal may use an operation of that access.
func (p Principal) May(a Access) bool {
	switch a {
	case AccessAnyone:
		return true
	case AccessVote:
		return p.Role == RoleBot || p.Role == RoleAdmin
	default:
		return p.Role == RoleAdmin
	}
}

// Sees says whether the principal's token is good for that session.
func (p Principal) Sees(s SessionID) bool { return p.Session == 0 || p.Session == s }
