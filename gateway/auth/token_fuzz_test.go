package auth

import (
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"partyline/protocol"
)

// What a stranger can write into a header or a field, and what we believe of it.

var (
	fuzzSecret = []byte("a secret of thirty-two bytes, at least")
	// fuzzTimeline believes what has an epoch and what has none.
	fuzzTimeline = protocol.Timeline{Epoch: "abcdefghijklmnop", AcceptsEmpty: true}
)

// fuzzTokens are one of each kind, with ends that no test run sees.
func fuzzTokens(f *testing.F, m *signer) (tokens []string) {
	f.Helper()
	end := time.Date(9990, 1, 1, 0, 0, 0, 0, time.UTC)
	three := protocol.SessionID(3)
	admin, err := m.SignAdmin(end.Unix())
	bot, err2 := m.SignScoped(protocol.Token{ID: 7, Role: protocol.RoleBot, Name: "bot", SessionID: &three, ExpiresAt: protocol.TimestampOf(end)})
	guest, err3 := m.SignGuest(Guest{Session: 3, Generation: 1, Device: 0xa, Name: "Ann", At: end})
	if err != nil || err2 != nil || err3 != nil {
		f.Fatal(err, err2, err3)
	}
	return []string{admin, bot, guest}
}

// FuzzToken: a text that is accepted says what one of ours says, whatever was changed.
func FuzzToken(f *testing.F) {
	m := newSigner(fuzzSecret, fuzzTimeline)
	var ours []Identity
	for _, token := range fuzzTokens(f, m) {
		h, err := m.parse(token)
		if err != nil {
			f.Fatal(err)
		}
		ours = append(ours, h)
		head, rest, _ := strings.Cut(token, ".")
		claims, sum, _ := strings.Cut(rest, ".")
		none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`))
		for _, s := range []string{token, head + "." + claims + ".", none + "." + claims + ".", none + "." + claims + "." + sum, token + "\n", token + "A"} {
			f.Add(s)
		}
	}
	f.Fuzz(func(t *testing.T, token string) {
		if h, err := m.parse(token); err == nil && !slices.Contains(ours, h) {
			t.Fatalf("%q is believed: %+v", token, h)
		}
	})
}

// FuzzTokenClaims: also of claims that carry our signature only those are believed that name
// a role, and with it whom the rules of that role need.
func FuzzTokenClaims(f *testing.F) {
	m := newSigner(fuzzSecret, fuzzTimeline)
	for _, token := range fuzzTokens(f, m) {
		claims, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
		if err != nil {
			f.Fatal(err)
		}
		f.Add(claims)
	}
	for _, s := range []string{
		`{"role":"admin"}`, `{"role":"admin","exp":1}`, `{"role":"bot","exp":253000000000}`, `{"role":"bot","jti":"-1","exp":253000000000}`, `{"role":"","jti":"1","exp":9e300}`,
		`{"role":"guest","name":"a","sessionId":3,"sub":"000000000000000a","exp":253000000000}`, `{"role":"viewer","jti":"7","sessionId":-3,"nbf":253000000000,"exp":"9"}`,
	} {
		f.Add([]byte(s))
	}
	header := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "."
	f.Fuzz(func(t *testing.T, claims []byte) {
		text := header + base64.RawURLEncoding.EncodeToString(claims)
		sum, err := jwt.SigningMethodHS256.Sign(text, fuzzSecret)
		if err != nil {
			t.Fatal(err)
		}
		h, err := m.parse(text + "." + base64.RawURLEncoding.EncodeToString(sum))
		if err != nil {
			return
		}
		ok := false
		switch h.Role {
		case protocol.RoleAdmin:
			ok = h.Token == 0 && h.Device == 0
		case protocol.RoleBot, protocol.RoleViewer:
			ok = h.Token > 0 && h.Device == 0
		case protocol.RoleGuest:
			ok = h.Token == 0 && h.Device != 0 && h.Session > 0 && h.Generation > 0 && h.Name != ""
		}
		if !ok {
			t.Fatalf("%s is believed: %+v", claims, h)
		}
	})
}

// FuzzParseDevice: a pass has one text, also one of ffa9881, which names no session.
func FuzzParseDevice(f *testing.F) {
	m := newSigner(fuzzSecret, fuzzTimeline)
	text := func(m *signer, p DeviceToken) string {
		if p.Session != 0 {
			return m.SignDevice(p)
		}
		b := binary.BigEndian.AppendUint64(nil, uint64(p.Device))
		return base64.RawURLEncoding.EncodeToString(append(b, m.mac(b, "")...))
	}
	for _, p := range []DeviceToken{{0xa, 3, 7, 1}, {0xa, 0, 0, 0}} {
		ours := text(m, p)
		for _, s := range []string{ours, ours + "\n", "\r" + ours, ours + "=", strings.ToUpper(ours), ours[:31], text(newSigner([]byte("another"), fuzzTimeline), p)} {
			f.Add(s)
		}
	}
	f.Add(m.SignDevice(DeviceToken{0, 3, 7, 1}))
	f.Add(m.SignDevice(DeviceToken{0xa, 0, 7, 1}))
	f.Fuzz(func(t *testing.T, given string) {
		if p, ok := m.ParseDevice(given); ok && text(m, p) != given {
			t.Fatalf("%q is %+v", given, p)
		}
	})
}
