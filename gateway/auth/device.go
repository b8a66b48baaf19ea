package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/netip"

	"partyline/gateway/clientaddr"
	"partyline/protocol"
)

// DeviceToken is what a phone keeps as a text and brings again, so that it is the same
// device: its id, the session that it joined with it, the address that it was counted on
// then, and how often votes had been voided in the session. Whoever could make such a
// text up could take back other people's votes, so it carries a MAC.
//
//	8 bytes   the device, big-endian
//	8 bytes   the session, big-endian
//	8 bytes   the address, big-endian
//	4 bytes   the voids, big-endian
//	16 bytes  of the HMAC-SHA256 of those, with a key for the timeline
//
// in base64url, without padding. Those of ffa9881 have the device alone.
type DeviceToken struct {
	Device  protocol.DeviceID
	Session protocol.SessionID // 0 when it says none
	Address protocol.AddressID
	Voids   uint32
}

const (
	deviceBytes      = 8
	deviceTokenBytes = deviceBytes + 8 + 8 + 4
	macBytes         = 16
)

// deviceKey is made from the secret of the tokens and the epoch, and is of no use for
// those. With the empty epoch it is that of ffa9881, which had none.
func (m *signer) deviceKey(e protocol.Epoch) []byte {
	h := hmac.New(sha256.New, m.secret)
	h.Write([]byte("partyline device"))
	h.Write([]byte(e))
	return h.Sum(nil)
}

func (m *signer) mac(b []byte, e protocol.Epoch) []byte {
	h := hmac.New(sha256.New, m.deviceKey(e))
	h.Write(b)
	return h.Sum(nil)[:macBytes]
}

// SignDevice is the text that a phone keeps.
func (m *signer) SignDevice(p DeviceToken) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(p.Device))
	b = binary.BigEndian.AppendUint64(b, uint64(p.Session))
	b = binary.BigEndian.AppendUint64(b, uint64(p.Address))
	b = binary.BigEndian.AppendUint32(b, p.Voids)
	return base64.RawURLEncoding.EncodeToString(append(b, m.mac(b, m.timeline.Epoch)...))
}

// ParseDevice reads the text of SignDevice; ok is false for any other text, or one of
// another timeline: that phone is a new device.
func (m *signer) ParseDevice(text string) (p DeviceToken, ok bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	n := len(b) - macBytes
	if err != nil || n != deviceBytes && n != deviceTokenBytes || !m.validMAC(b[:n], b[n:]) {
		return DeviceToken{}, false
	}
	p.Device = protocol.DeviceID(binary.BigEndian.Uint64(b))
	if n == deviceTokenBytes {
		p.Session = protocol.SessionID(binary.BigEndian.Uint64(b[deviceBytes:]))
		p.Address = protocol.AddressID(binary.BigEndian.Uint64(b[deviceBytes+8:]))
		p.Voids = binary.BigEndian.Uint32(b[deviceBytes+16:])
	}
	return p, (n == deviceBytes) == (p.Session == 0) && p.Device != 0 && len(text) == base64.RawURLEncoding.EncodedLen(len(b)) // line ends are passed over
}

// validMAC says whether a MAC was made in this timeline.
func (m *signer) validMAC(b, seal []byte) bool {
	if len(b) == deviceBytes {
		return m.timeline.AcceptsEmpty && hmac.Equal(seal, m.mac(b, ""))
	}
	return hmac.Equal(seal, m.mac(b, m.timeline.Epoch))
}

// newDevice is random, so that nothing can be told from it, and not 0, which is nobody's.
func NewDevice() (id protocol.DeviceID) {
	for id == 0 {
		var b [deviceBytes]byte
		_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the process instead
		id = protocol.DeviceID(binary.BigEndian.Uint64(b[:]))
	}
	return id
}

// AddressID names an address within a session for whoever looks at its votes. Without the
// secret of the tokens nobody can tell which address it is, or whether it is the same in
// two sessions.
func (m *signer) AddressID(s protocol.SessionID, from netip.Addr) protocol.AddressID {
	hash := func(what string, a netip.Addr) uint32 {
		h := hmac.New(sha256.New, m.secret)
		h.Write(binary.BigEndian.AppendUint64([]byte("partyline "+what), uint64(s)))
		b := a.As16()
		h.Write(b[:])
		return binary.BigEndian.Uint32(h.Sum(nil))
	}
	return protocol.NewAddressID(protocol.NetworkID(hash("site", clientaddr.Site(from))), hash("address", clientaddr.Network(from)))
}
