package protocol

import "strconv"

// VoidVotes takes back all votes of the devices that came in from an address, or from all
// addresses of a site, and keeps them from voting again: sessions.join.void.
type VoidVotes struct {
	ID SessionID `json:"id"`
	// Address is what GuestAddress calls ID or Network.
	Address string `json:"address"`
}

// Target is the session that decides.
func (c VoidVotes) Target() SessionID { return c.ID }

// Check implements Command.
func (c VoidVotes) Check() *Error {
	if _, ok := ParseAddressTarget(c.Address); !ok {
		return Invalid("address must be 16 hexadecimal digits, or the 8 of a network")
	}
	return nil
}

// VoidedVotes is the answer of sessions.join.void.
type VoidedVotes struct {
	Message   string    `json:"message"`
	SessionID SessionID `json:"sessionId"`
	Address   string    `json:"address"`
	// Devices and Votes are what this call took back: none of what was taken back before.
	Devices int   `json:"devices"`
	Votes   int64 `json:"votes"`
}

// VotesVoided is the data of votes.voided: the votes of some devices, all of them, count
// no more. A large void comes as several events.
type VotesVoided struct {
	SessionID SessionID `json:"sessionId"`
	// Devices is how many they were.
	Devices int `json:"devices"`
	// Votes is how many votes for games count no more, the sum over the games.
	Votes int64 `json:"votes"`
	// Games are those that lost votes, in the order of their first playings.
	Games []VoidedGame `json:"games"`
	// Poll is how the open poll stands without their choices, null while none is open.
	Poll *PollTotals `json:"poll"`
}

// VoidedGame is a game within VotesVoided: the votes that count no more, and the totals
// over all sessions without them.
type VoidedGame struct {
	EventGame
	Upvotes   int64  `json:"upvotes"`
	Downvotes int64  `json:"downvotes"`
	Totals    Totals `json:"totals"`
}

// AddressTarget is an address of a session's guests, or a whole site: all addresses that
// have its upper half.
type AddressTarget struct {
	Address      AddressID
	WholeNetwork bool // the lower half is 0 and of no meaning
}

// Has says whether the address is meant.
func (t AddressTarget) Matches(id AddressID) bool {
	if t.WholeNetwork {
		return id.Network() == t.Address.Network()
	}
	return id == t.Address
}

func (t AddressTarget) String() string {
	if t.WholeNetwork {
		return t.Address.Network().String()
	}
	return t.Address.String()
}

// ParseAddressTarget reads the id of an address, 16 hexadecimal digits, or of a site, 8;
// ok is false for anything else.
func ParseAddressTarget(s string) (t AddressTarget, ok bool) {
	if id, ok := ParseAddressID(s); ok {
		return AddressTarget{Address: id}, true
	}
	n, err := strconv.ParseUint(s, 16, 32)
	site := NetworkID(n)
	return AddressTarget{Address: NewAddressID(site, 0), WholeNetwork: true}, err == nil && site.String() == s
}

// MaxGuestAddresses bounds the list of addresses: a host looks at the largest.
const MaxGuestAddresses = 500

// GuestAddresses is the answer of sessions.join.addresses: those with the most devices
// first.
type GuestAddresses struct {
	SessionID SessionID `json:"sessionId"`
	// Total is how many addresses there are; at most MaxGuestAddresses are listed.
	Total     int            `json:"total"`
	Addresses []GuestAddress `json:"addresses"`
}

// GuestAddress is an address from which devices came in that have voted. Zeros stand for
// all of which no address is known, because their tokens are of an older version.
type GuestAddress struct {
	// ID is the address, as AddressID.String has it; Network is its first half: the same
	// for all addresses of an IPv6 /48.
	ID      string `json:"id"`
	Network string `json:"network"`
	// Devices have voted, Voided of them were kept from it since.
	Devices int `json:"devices"`
	Voided  int `json:"voided"`
	// Votes are those that count, without choices in polls.
	Votes     int64     `json:"votes"`
	FirstSeen Timestamp `json:"firstSeen"` // the first vote
	LastSeen  Timestamp `json:"lastSeen"`  // the newest vote
}
