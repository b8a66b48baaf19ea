package protocol

// Role is what a token allows.
type Role string

// The roles. An admin may do everything; a bot may vote and read; a viewer may
// subscribe and read. A bot or viewer token can be bound to one session. A guest is
// somebody's phone: it votes, takes part and subscribes in the one session that it has
// joined, and reads what everybody may.
const (
	RoleAdmin  Role = "admin"
	RoleBot    Role = "bot"
	RoleViewer Role = "viewer"
	RoleGuest  Role = "guest"
)

// Access is what an operation asks for.
type Access string

// The accesses.
const (
	// AccessAnyone needs no token. One that is sent and does not hold counts as none.
	AccessAnyone Access = "anyone"
	// AccessGuest needs a guest's token and no other: it is done by a phone, for itself.
	AccessGuest Access = "guest"
	// AccessWatch needs a viewer's, a bot's or an admin's token.
	AccessWatch Access = "watch"
	// AccessParticipate needs a guest's, a bot's or an admin's token: it takes part in something.
	AccessParticipate Access = "take"
	// AccessVote needs a bot's or an admin's token.
	AccessVote Access = "vote"
	// AccessAdmin needs an admin's token.
	AccessAdmin Access = "admin"
)

// AccessLevels returns all of them, from least to most.
func AccessLevels() []Access {
	return []Access{AccessAnyone, AccessGuest, AccessWatch, AccessParticipate, AccessVote, AccessAdmin}
}

// Principal is who asks. The zero Principal is somebody without a token.
type Principal struct {
	Role Role
	// Token is the id of a scoped token, 0 for a token given for the admin key.
	Token TokenID
	// Session is the only session the token is for, 0 for any. A guest's is never 0.
	Session SessionID
	Name    string
	Expires Timestamp
	// Device tells a guest's phone from others, 0 for everybody else. Generation is that
	// of the session's joining when the guest came in.
	Device     DeviceID
	Generation JoinGeneration
	// Address is where a guest came in from, 0 for everybody else and where it is not known.
	Address AddressID
	// Voids is how often votes had been voided in the session when the guest came in.
	VoidCount uint32
}

// May says whether the principal may use an operation of that access.
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

// Sees says whether the principal's token is good for that session.
func (p Principal) Covers(s SessionID) bool { return p.Session == 0 || p.Session == s }
