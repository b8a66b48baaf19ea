package gateway

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"partyline/protocol"
)

// pass is what a phone keeps as a text and brings again, so that it is the same device:
// which one it is, and the session that it was let into with it. Whoever could make such
// a text up could take back other people's votes, so it carries a seal.
//
//	8 bytes   the device, big-endian
//	8 bytes   the session, big-endian; not in those of ffa9881
//	16 bytes  of the HMAC-SHA256 of those, with a key for the timeline
//
// in base64url, without padding.
type pass struct {
	device  protocol.DeviceID
	session protocol.SessionID // 0 when it says none
}

const (
	deviceBytes = 8
	passBytes   = deviceBytes + 8
	sealBytes   = 16
)

// deviceKey is made from the secret of the tokens and the epoch, and is of no use for
// those. With the empty epoch it is that of ffa9881, which had none.
func (m *mint) deviceKey(e protocol.Epoch) []byte {
	h := hmac.New(sha256.New, m.secret)
	h.Write([]byte("partyline device"))
	h.Write([]byte(e))
	return h.Sum(nil)
}

func (m *mint) seal(b []byte, e protocol.Epoch) []byte {
	h := hmac.New(sha256.New, m.deviceKey(e))
	h.Write(b)
	return h.Sum(nil)[:sealBytes]
}

// pass is the text that a phone keeps.
func (m *mint) pass(p pass) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(p.device))
	b = binary.BigEndian.AppendUint64(b, uint64(p.session))
	return base64.RawURLEncoding.EncodeToString(append(b, m.seal(b, m.timeline.Epoch)...))
}

// readPass reads such a text; ok is false for what is none of ours, or of another
// timeline: that phone is a new device.
func (m *mint) readPass(text string) (p pass, ok bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	n := len(b) - sealBytes
	if err != nil || n != deviceBytes && n != passBytes || !m.sealed(b[:n], b[n:]) {
		return pass{}, false
	}
	p.device = protocol.DeviceID(binary.BigEndian.Uint64(b))
	if n == passBytes {
		p.session = protocol.SessionID(binary.BigEndian.Uint64(b[deviceBytes:]))
	}
	return p, (n == deviceBytes) == (p.session == 0) && p.device != 0 && len(text) == base64.RawURLEncoding.EncodedLen(len(b)) // line ends are passed over
}

// sealed says whether a seal is of this timeline.
func (m *mint) sealed(b, seal []byte) bool {
	if len(b) == deviceBytes {
		return m.timeline.Adopted && hmac.Equal(seal, m.seal(b, ""))
	}
	return hmac.Equal(seal, m.seal(b, m.timeline.Epoch))
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
