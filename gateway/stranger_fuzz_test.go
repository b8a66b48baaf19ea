package gateway

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

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
	admin, err := m.signAdmin(end.Unix())
	bot, err2 := m.signScoped(protocol.Token{ID: 7, Role: protocol.RoleBot, Name: "bot", SessionID: &three, ExpiresAt: protocol.TimestampOf(end)})
	guest, err3 := m.signGuest(guestGrant{Session: 3, Generation: 1, Device: protocol.DeviceID(0xa).String(), Name: "Ann", Iat: end.Unix()})
	if err != nil || err2 != nil || err3 != nil {
		f.Fatal(err, err2, err3)
	}
	return []string{admin, bot, guest}
}

// FuzzToken: a text that is accepted says what one of ours says, whatever was changed.
func FuzzToken(f *testing.F) {
	m := newSigner(fuzzSecret, fuzzTimeline)
	var ours []identity
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

// FuzzClaims: also of claims that carry our signature only those are believed that name
// a role, and with it whom the rules of that role need.
func FuzzClaims(f *testing.F) {
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

// FuzzReadDevice: a pass has one text, also one of ffa9881, which names no session.
func FuzzReadDevice(f *testing.F) {
	m := newSigner(fuzzSecret, fuzzTimeline)
	text := func(m *signer, p deviceToken) string {
		if p.session != 0 {
			return m.signDevice(p)
		}
		b := binary.BigEndian.AppendUint64(nil, uint64(p.device))
		return base64.RawURLEncoding.EncodeToString(append(b, m.mac(b, "")...))
	}
	for _, p := range []deviceToken{{0xa, 3, 7, 1}, {0xa, 0, 0, 0}} {
		ours := text(m, p)
		for _, s := range []string{ours, ours + "\n", "\r" + ours, ours + "=", strings.ToUpper(ours), ours[:31], text(newSigner([]byte("another"), fuzzTimeline), p)} {
			f.Add(s)
		}
	}
	f.Add(m.signDevice(deviceToken{0, 3, 7, 1}))
	f.Add(m.signDevice(deviceToken{0xa, 0, 7, 1}))
	f.Fuzz(func(t *testing.T, given string) {
		if p, ok := m.parseDevice(given); ok && text(m, p) != given {
			t.Fatalf("%q is %+v", given, p)
		}
	})
}

// FuzzForwarded: what a client puts in front of the addresses that proxies add changes
// nothing, and a peer that is no proxy is believed nothing at all.
func FuzzForwarded(f *testing.F) {
	behind := proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	f.Add("203.0.113.5", "198.51.100.7", "party.example", "https")
	f.Add("10.0.0.9, 203.0.113.5", "198.51.100.7, 10.0.0.2", "party.example:8080", "HTTPS")
	f.Add("::ffff:203.0.113.5", " 2001:db8::1 ,fd00::2", "[2001:db8::1]:5000", "http")
	f.Add("203.0.113.5:80", "unknown", "a/b?c#d@e", "javascript")
	f.Add("", ",,", "", "")
	f.Fuzz(func(t *testing.T, forged, added, host, scheme string) {
		ask := func(peer, forwarded string) *http.Request {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr, r.Host = peer, "own.example"
			r.Header = http.Header{"X-Forwarded-For": {forwarded}, "X-Forwarded-Host": {host}, "X-Forwarded-Proto": {scheme}}
			return r
		}
		stranger := ask("203.0.113.1:4711", forged)
		if a := behind.client(stranger); a != netip.MustParseAddr("203.0.113.1") || behind.host(stranger) != "own.example" || behind.scheme(stranger) != "http" {
			t.Fatalf("a stranger is %s and asks %s for %q", a, behind.scheme(stranger), behind.host(stranger))
		}
		plain, with := behind.client(ask("10.0.0.1:80", added)), behind.client(ask("10.0.0.1:80", forged+","+added))
		if with != plain && !behind.trust(plain) {
			t.Fatalf("behind %q: %s, with %q in front %s", added, plain, forged, with)
		}
		if s := behind.scheme(ask("10.0.0.1:80", "")); s != "http" && s != "https" {
			t.Fatalf("%q is %q", scheme, s)
		}
	})
}

// FuzzOrigin: a page is ours if its host is the one that was asked, and then a browser
// has come from there; "null" and what is no URL never are.
func FuzzOrigin(f *testing.F) {
	for _, s := range []string{"http://own.example", "https://OWN.example:443", "null", "http://own.example@evil.example", "http://evil.example/own.example", "//own.example", "own.example", "http://own.example\x00"} {
		f.Add(s, "own.example")
	}
	f.Add("http://", "")
	f.Add("http://[::1]:5000", "[::1]:5000")
	o := newOrigins([]string{"https://overlay.example/"}, nil)
	f.Fuzz(func(t *testing.T, origin, host string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host = host
		r.Header.Set("Origin", origin)
		named, err := o.check(r)
		switch {
		case named && !strings.EqualFold(origin, "https://overlay.example"):
			t.Fatalf("%q passes by name", origin)
		case named, err != nil, origin == "":
			return
		}
		if u, err := url.Parse(origin); err != nil || host == "" || !strings.EqualFold(u.Host, host) {
			t.Fatalf("%q passes for a page of %q", origin, host)
		}
	})
}

// FuzzLink: whatever host was asked for, a link ends with our path on one host: a QR
// code of ours leads nowhere else on it.
func FuzzLink(f *testing.F) {
	for _, s := range []string{"party.example", "localhost:5000", "[::1]:5000", "127.0.0.1", "a/b", "a?b", "a#b", "u:p@a", "a\\b", "a\r\nb", "é.example", "", "%2f"} {
		f.Add(s)
	}
	l := links{lan: "192.0.2.7:5000"}
	f.Fuzz(func(t *testing.T, host string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host = host
		base, err := l.base(r)
		if err != nil {
			return
		}
		at, ok := strings.CutPrefix(base, "http://")
		if host != "" && !ok || len(at) > 3*maxHost || strings.ContainsAny(at, "/?#@\\ \r\n\t\x00") {
			t.Fatalf("%q has %q", host, base)
		}
		if loopback(host) && at != l.lan {
			t.Fatalf("%q is %q for others", host, base)
		}
	})
}

// FuzzIdempotency: a key that is taken can stand in a log and in an answer, and a
// request that is written another way is the same request.
func FuzzIdempotency(f *testing.F) {
	f.Add("k1", []byte(`{"username":"ann","vote":"up","timestamp":"2024-01-15T14:00:00+02:00"}`))
	f.Add("with blank", []byte(`{"role":"bot","name":"b","expiresIn":"1h","sessionId":null}`))
	f.Add("é", []byte(`{"secret":"mysecret123","overlap":"1d","events":["*"],"url":"http://a","name":"\u003c"}`))
	f.Add("\x7f", []byte(`{"length_minutes":null,"game_type":"x"}`))
	f.Fuzz(func(t *testing.T, key string, raw []byte) {
		if checkIdempotencyKey(key) == nil && (len(key) > protocol.MaxIdempotencyKey || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' })) {
			t.Fatalf("%q is a key", key)
		}
		sameAgain[protocol.CastVote](t, raw)
		sameAgain[protocol.IssueToken](t, raw)
		sameAgain[protocol.CreateWebhook](t, raw)
		sameAgain[protocol.RotateSecret](t, raw)
		sameAgain[protocol.CreateGame](t, raw)
	})
}

func sameAgain[C any](t *testing.T, raw []byte) {
	t.Helper()
	var c, again C
	if decode(raw, &c) != nil {
		return
	}
	written, err := json.Marshal(c)
	if err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	if err := decode(written, &again); err != nil {
		t.Fatalf("%s is written as %s: %v", raw, written, err)
	}
	if fingerprint("op", c) != fingerprint("op", again) || fingerprint("op", c) == fingerprint("other", c) {
		t.Fatalf("%s is another request than %s: %s", raw, written, cmp.Diff(c, again))
	}
}
