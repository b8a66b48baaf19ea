package protocol

import (
	"fmt"
	"strconv"
)

// Ids are positive integers, ascending per kind and never reused. In JSON they are numbers.
type (
	// SessionID names a game night.
	SessionID int64
	// GameID names a game of the catalogue.
	GameID int64
	// PlayID names one playing of a game within a session: the {gameId} of
	// /api/sessions/{id}/games/{gameId}. See NewPlayID.
	PlayID int64
	// TokenID names an access token made by POST /api/auth/tokens.
	TokenID int64
	// WebhookID names a webhook.
	WebhookID int64
)

// DeviceID names a guest's phone. It is random, so that it tells nothing of whose phone
// it is, and in texts it is 16 hexadecimal digits.
type DeviceID uint64

// AddressID names the address that a guest came in from, within one session: a keyed hash
// that tells nothing of the address, and is another in each session. 0 is not known.
type AddressID uint64

// NetworkID is the upper half of an AddressID: it names the IPv6 /48 that the address is of, or
// the IPv4 address.
type NetworkID uint32

// NewAddressID makes an id of the hashes of an address and of its site.
func NewAddressID(site NetworkID, address uint32) AddressID {
	return AddressID(uint64(site)<<32 | uint64(address))
}

// Site is that of the address.
func (id AddressID) Network() NetworkID { return NetworkID(id >> 32) }

// Generation numbers how often joining of a session was opened or its code renewed,
// from 1. A guest is one of the generation that it came in with.
type JoinGeneration uint32

// Seq numbers the events of one session, gapless from 1. Zero is before the first.
type Seq uint64

// NewPlayID makes the id of the n-th playing (from 1) of a session: 30001 is the
// first of session 3. Sessions number their own playings without asking anybody,
// and the ids are unique and ascending over all sessions all the same.
func NewPlayID(s SessionID, n int) PlayID { return PlayID(int64(s)*MaxPlays + int64(n)) }

// Session is the session a playing belongs to.
func (p PlayID) Session() SessionID { return SessionID(int64(p) / MaxPlays) }

func (id SessionID) String() string { return strconv.FormatInt(int64(id), 10) }

func (id GameID) String() string { return strconv.FormatInt(int64(id), 10) }

func (id PlayID) String() string { return strconv.FormatInt(int64(id), 10) }

func (id TokenID) String() string { return strconv.FormatInt(int64(id), 10) }

func (id WebhookID) String() string { return strconv.FormatInt(int64(id), 10) }

func (id DeviceID) String() string { return fmt.Sprintf("%016x", uint64(id)) }

func (id AddressID) String() string { return fmt.Sprintf("%016x", uint64(id)) }

func (id NetworkID) String() string { return fmt.Sprintf("%08x", uint32(id)) }

// ParseAddress reads what String writes; ok is false for anything else.
func ParseAddressID(s string) (id AddressID, ok bool) {
	n, err := strconv.ParseUint(s, 16, 64)
	id = AddressID(n)
	return id, err == nil && id.String() == s
}

// ParseDeviceID reads what String writes; ok is false for anything else and for 0.
func ParseDeviceID(s string) (id DeviceID, ok bool) {
	n, err := strconv.ParseUint(s, 16, 64)
	id = DeviceID(n)
	return id, err == nil && id != 0 && id.String() == s
}

// Epoch is the random name of a timeline, 16 lower-case letters and digits: what one data
// folder has recorded from its beginning, or from a restore, on. A restored folder counts
// on from the backup and gives numbers anew that were given before: ids of tokens, a
// session's seq, places in the log. So whatever is issued under such a number carries the
// epoch as well. The empty Epoch is none: that of what older versions issued.
type Epoch string

// Timeline is the one that a hub records now, and what belongs to it.
type Timeline struct {
	Epoch Epoch
	// Adopted says that the folder was begun by a version without epochs: what carries
	// none belongs to this timeline, too.
	AcceptsEmpty bool
}

// Holds says whether what carries an epoch was issued in this timeline.
func (t Timeline) Accepts(e Epoch) bool { return e == t.Epoch || e == "" && t.AcceptsEmpty }
