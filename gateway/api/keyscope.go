package api

import (
	"crypto/sha256"
	"encoding/json"

	"partyline/protocol"
)

// keyScope separates the idempotency keys of different principals. All who hold the admin
// key are one.
func keyScope(p protocol.Principal) string {
	switch {
	case p.Token != 0:
		return "token/" + p.Token.String()
	case p.Device != 0:
		return "guest/" + p.Session.String() + "/" + p.Device.String()
	case p.Role != "":
		return string(p.Role)
	default:
		return "anyone"
	}
}

// fingerprint is of the operation and its parameters in canonical JSON.
func fingerprint(op string, request any) [32]byte {
	b, err := json.Marshal(request)
	if err != nil {
		// A command of protocol always marshals; a key that matches nothing is safe.
		return sha256.Sum256([]byte(err.Error()))
	}
	return sha256.Sum256(append([]byte(op+"\n"), b...))
}

// checkIdempotencyKey accepts printable ASCII without spaces, short enough to be stored.
func checkIdempotencyKey(key string) *protocol.Error {
	ok := len(key) <= protocol.MaxIdempotencyKey
	for i := 0; ok && i < len(key); i++ {
		ok = key[i] > ' ' && key[i] < 0x7f
	}
	if !ok {
		return protocol.Invalid("Idempotency-Key must be 1 to %d printable ASCII characters", protocol.MaxIdempotencyKey)
	}
	return nil
}
