package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"

	"partyline/protocol"
)

// JoinSecret is what the link in a code's QR code carries beside the code, so that a
// phone that scans it is told from one that guesses codes. It is made from the code and
// the secret of the tokens, so it is stored nowhere and renewed with the code, and with
// the timeline; only the host and screens get it, and nobody who merely names a code.
func (m *signer) JoinSecret(code string) string {
	h := hmac.New(sha256.New, m.secret)
	h.Write([]byte("partyline join " + code + string(m.timeline.Epoch)))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))[:protocol.JoinSecretLength]
}

// JoinSecretValid says whether the secret is that of the code, which may open nothing any
// more.
func (m *signer) JoinSecretValid(code, secret string) bool {
	return subtle.ConstantTimeCompare([]byte(secret), []byte(m.JoinSecret(code))) == 1
}
