package gateway

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"partyline/protocol"
)

// A phone keeps the text that names it and brings it again, so that it is the same
// device. Whoever could make such a text up could take back other people's votes: it
// carries a seal.
//
//	8 bytes   the device, big-endian
//	16 bytes  of the HMAC-SHA256 of those
//
// in base64url, without padding.
const (
	deviceBytes = 8
	sealBytes   = 16
)

// deviceKey is made from the secret of the tokens, and is of no use for those.
func (m *mint) deviceKey() []byte {
	h := hmac.New(sha256.New, m.secret)
	h.Write([]byte("partyline device"))
	return h.Sum(nil)
}

func (m *mint) seal(id []byte) []byte {
	h := hmac.New(sha256.New, m.deviceKey())
	h.Write(id)
	return h.Sum(nil)[:sealBytes]
}

// device is the text that a phone keeps.
func (m *mint) device(id protocol.DeviceID) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(id))
	return base64.RawURLEncoding.EncodeToString(append(b, m.seal(b)...))
}

// readDevice reads such a text; ok is false for what is none of ours.
func (m *mint) readDevice(text string) (id protocol.DeviceID, ok bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) != deviceBytes+sealBytes || !hmac.Equal(b[deviceBytes:], m.seal(b[:deviceBytes])) {
		return 0, false
	}
	id = protocol.DeviceID(binary.BigEndian.Uint64(b))
	return id, id != 0 && len(text) == base64.RawURLEncoding.EncodedLen(len(b)) // line ends are passed over
}

// newDevice is random, so that nothing can be told from it, and not 0, which is nobody's.
func newDevice() (id protocol.DeviceID) {
	for id == 0 {
		var b [deviceBytes]byte
		_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the process instead
		id = protocol.DeviceID(binary.BigEndian.Uint64(b[:]))
	}
	return id
}
