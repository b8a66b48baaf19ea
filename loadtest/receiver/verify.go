package receiver

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// tolerance is how far the timestamp may be off, as Standard Webhooks recommends.
const tolerance = 5 * time.Minute

// Verify returns what is wrong with a request, "" for nothing: all signatures must be those of the
// secret over the body, and the timestamp must be of now.
func Verify(secret string, h http.Header, body []byte, now time.Time) string {
	id, stamp := h.Get("webhook-id"), h.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return fmt.Sprintf("timestamp %q", stamp)
	}
	key := []byte(secret)
	if encoded, ok := strings.CutPrefix(secret, "whsec_"); ok {
		if key, err = base64.StdEncoding.DecodeString(encoded); err != nil {
			return "a secret that is no base64"
		}
	}
	standard := "v1," + base64.StdEncoding.EncodeToString(digest(key, []byte(id+"."+stamp+"."), body))
	if !hmac.Equal([]byte(standard), []byte(h.Get("webhook-signature"))) {
		return "standard signature"
	}
	legacy := "sha256=" + hex.EncodeToString(digest([]byte(secret), body))
	for _, name := range []string{"X-Webhook-Signature", "X-Hub-Signature-256"} {
		if !hmac.Equal([]byte(legacy), []byte(h.Get(name))) {
			return "signature in " + name
		}
	}
	return ""
}

func digest(key []byte, parts ...[]byte) []byte {
	mac := hmac.New(sha256.New, key)
	for _, p := range parts {
		mac.Write(p)
	}
	return mac.Sum(nil)
}
