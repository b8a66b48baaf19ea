package protocol

import (
	"fmt"
	"strconv"
)

// Ids are positive integers, ascending per kind and never reused within a timeline. In JSON
// they are numbers.
type (
	// SessionID identifies a session: one game night.
	SessionID int64
	// GameID identifies a game of the catalogue.
	GameID int64
	// PlayID identifies a play: one time that a game is played in a session. In paths it is
	// the {gameId} of /api/sessions/{id}/games/{gameId}. See NewPlayID.
	PlayID int64
	// TokenID identifies an access token made by POST /api/auth/tokens.
	TokenID int64
	// WebhookID identifies a webhook.
	WebhookID int64
)

// DeviceID identifies a guest's phone. It is random, so that it reveals nothing about the
// owner. Written out it is 16 hexadecimal digits.
type DeviceID uint64

// AddressID identifies the network address from which a guest entered, within one session:
// a keyed hash that reveals nothing about the address and differs between sessions. 0 means
// unknown.
type AddressID uint64

// NetworkID is the upper half of an AddressID: it identifies the IPv6 /48 of the address, or
// the IPv4 address.
type NetworkID uint32

// NewAddressID returns the id for the hashes of an address and of its network.
func NewAddressID(network NetworkID, address uint32) AddressID {
	return AddressID(uint64(network)<<32 | uint64(address))
}

// Network is the network of the address.
func (id AddressID) Network() NetworkID { return NetworkID(id >> 32) }

// JoinGeneration counts how often joining of a session was opened or its code renewed,
// from 1. A guest's token belongs to the generation at which the guest entered and is void
// in the next.
type JoinGeneration uint32

// Seq numbers the events of one session, gapless from 1. Zero is before the first.
type Seq uint64

// NewPlayID returns the id of the n-th play (from 1) of a session: 30001 is the first of
// session 3. Sessions number their plays without coordination, and the ids are still unique
// and ascending over all sessions.
func NewPlayID(s SessionID, n int) PlayID { return PlayID(int64(s)*MaxPlays + int64(n)) }

// Session is the session of the play.
func (p PlayID) Session() SessionID { return SessionID(int64(p) / MaxPlays) }

func (id SessionID) String() string { return strconv.FormatInt(int64(id), 10) }

func (id GameID) String() string { return strconv.FormatInt(int64(id), 10) }

func (id PlayID) String() string { return strconv.FormatInt(int64(id), 10) }

func (id TokenID) String() string { return strconv.FormatInt(int64(id), 10) }

func (id WebhookID) String() string { return strconv.FormatInt(int64(id), 10) }

func (id DeviceID) String() string { return fmt.Sprintf("%016x", uint64(id)) }

func (id AddressID) String() string { return fmt.Sprintf("%016x", uint64(id)) }

func (id NetworkID) String() string { return fmt.Sprintf("%08x", uint32(id)) }

// ParseAddressID reads what String writes; ok is false for anything else.
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

// Epoch is the random id of a timeline, 16 lower-case letters and digits. A timeline is what
// a data folder records from its creation, or from a restore, on. A restored folder goes on
// counting from the backup and issues numbers again that had been issued before: token ids,
// a session's seqs, journal positions. So everything that is issued with such a number
// carries the epoch as well. Older versions issued an empty Epoch.
type Epoch string

// Timeline is the timeline that the hub records now.
type Timeline struct {
	Epoch Epoch
	// AcceptsEmpty says that the folder was created by a version without epochs: an empty
	// epoch belongs to this timeline, too.
	AcceptsEmpty bool
}

// Accepts reports whether an epoch belongs to this timeline.
func (t Timeline) Accepts(e Epoch) bool { return e == t.Epoch || e == "" && t.AcceptsEmpty }
