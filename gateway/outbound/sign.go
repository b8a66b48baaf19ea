package outbound

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"
)

// ErrSecret is returned by Sign when there is no secret, or an empty one: an HMAC
// with an empty key proves nothing.
var ErrSecret = errors.New("a webhook needs a secret that is not empty")

// secretPrefix marks a secret in the form of Standard Webhooks: the rest is the key
// in base64.
const secretPrefix = "whsec_"

// Signature proves that a body comes from somebody who knows the secret.
type Signature struct {
	// Legacy is the header X-Webhook-Signature, and X-Hub-Signature-256, its name at
	// GitHub: "sha256=" and HMAC-SHA256(secret, body) in hex. The key is the whole secret as it was typed in.
	Legacy string
	// Standard is the webhook-signature header of Standard Webhooks 1.0.0: "v1," and the
	// base64 of HMAC-SHA256(key, id.timestamp.body) for each secret, separated by spaces.
	Standard string
}

// Sign signs a body that goes out as messageID at a moment, which must also be the
// webhook-timestamp header in whole seconds. The first secret is the newest; it
// makes the legacy signature, and each one makes a standard signature. The only
// error is ErrSecret.
func Sign(secrets []string, messageID string, at time.Time, body []byte) (Signature, error) {
	if len(secrets) == 0 {
		return Signature{}, ErrSecret
	}
	head := messageID + "." + strconv.FormatInt(at.Unix(), 10) + "."
	standard := make([]byte, 0, len(secrets)*(len("v1, ")+base64.StdEncoding.EncodedLen(sha256.Size)))
	for i, secret := range secrets {
		key := standardKey(secret)
		if len(key) == 0 {
			return Signature{}, ErrSecret
		}
		if i > 0 {
			standard = append(standard, ' ')
		}
		standard = append(standard, "v1,"...)
		standard = base64.StdEncoding.AppendEncode(standard, digest(key, head, body))
	}
	legacy := hex.EncodeToString(digest([]byte(secrets[0]), "", body))
	return Signature{Legacy: "sha256=" + legacy, Standard: string(standard)}, nil
}

// standardKey is what follows whsec_, decoded from base64 with or without padding. Any other
// secret, also one that only looks like it, is the key itself.
func standardKey(secret string) []byte {
	encoded, ok := strings.CutPrefix(secret, secretPrefix)
	if !ok {
		return []byte(secret)
	}
	key, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(encoded, "="))
	if err != nil {
		return []byte(secret)
	}
	return key
}

func digest(key []byte, head string, body []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(head))
	mac.Write(body)
	return mac.Sum(nil)
}
