package protocol

import "strconv"

// VoidVotes removes all votes of the devices that entered from an address, or from any
// address of a network, and bars the devices from voting: sessions.join.void.
type VoidVotes struct {
	ID SessionID `json:"id"`
	// Address is the ID or the Network of a GuestAddress.
	Address string `json:"address"`
}

// Target implements SessionCommand.
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
	// Devices and Votes are the numbers voided by this call, without those voided before.
	Devices int   `json:"devices"`
	Votes   int64 `json:"votes"`
}

// VotesVoided is the data of votes.voided: all votes of some devices were removed. A large
// void is split into several events.
type VotesVoided struct {
	SessionID SessionID `json:"sessionId"`
	// Devices is the number of devices.
	Devices int `json:"devices"`
	// Votes is the number of removed votes for games, the sum over the games.
	Votes int64 `json:"votes"`
	// Games are the games that lost votes, in the order of their first plays.
	Games []VoidedGame `json:"games"`
	// Poll is the open poll without the removed choices, null while none is open.
	Poll *PollTotals `json:"poll"`
}

// VoidedGame is a game within VotesVoided: the removed votes, and the totals over all
// sessions without them.
type VoidedGame struct {
	EventGame
	Upvotes   int64  `json:"upvotes"`
	Downvotes int64  `json:"downvotes"`
	Totals    Totals `json:"totals"`
}

// AddressTarget is the address of a session's guests, or a whole network: all addresses with
// the same upper half.
type AddressTarget struct {
	Address      AddressID
	WholeNetwork bool // the lower half of Address is 0 and not compared
}

// Matches reports whether the target includes the address.
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

// ParseAddressTarget reads the id of an address, 16 hexadecimal digits, or of a network, 8;
// ok is false for anything else.
func ParseAddressTarget(s string) (t AddressTarget, ok bool) {
	if id, ok := ParseAddressID(s); ok {
		return AddressTarget{Address: id}, true
	}
	n, err := strconv.ParseUint(s, 16, 32)
	site := NetworkID(n)
	return AddressTarget{Address: NewAddressID(site, 0), WholeNetwork: true}, err == nil && site.String() == s
}

// MaxGuestAddresses bounds the list of addresses: a host looks at those with the most devices.
const MaxGuestAddresses = 500

// GuestAddresses is the answer of sessions.join.addresses, most devices first.
type GuestAddresses struct {
	SessionID SessionID `json:"sessionId"`
	// Total is the number of all addresses; at most MaxGuestAddresses are listed.
	Total     int            `json:"total"`
	Addresses []GuestAddress `json:"addresses"`
}

// GuestAddress is an address from which devices entered that have voted. An id of zeros
// stands for all devices of unknown address, whose tokens are of an older version.
type GuestAddress struct {
	// ID is AddressID.String; Network is its first half, which is the same for all addresses
	// of an IPv6 /48.
	ID      string `json:"id"`
	Network string `json:"network"`
	// Devices is the number of devices that have voted, Voided how many of them are barred.
	Devices int `json:"devices"`
	Voided  int `json:"voided"`
	// Votes is the number of votes that count, without choices in polls.
	Votes     int64     `json:"votes"`
	FirstSeen Timestamp `json:"firstSeen"` // the first vote
	LastSeen  Timestamp `json:"lastSeen"`  // the newest vote
}
