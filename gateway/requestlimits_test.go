package gateway_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/golang-jwt/jwt/v5"

	"partyline/gateway"
	"partyline/protocol"
)

// Addresses that the loopback, a trusted proxy, forwards for.
const (
	hall   = "203.0.113.7"
	street = "198.51.100.4"
)

const (
	addressPaid = "Too many requests from this address, try again in a moment"
	tokenPaid   = "Too many requests with this token, slow down"
)

// newStrictTestServer lets everybody ask once; the next time is after a hundred seconds, or some
// more when the answer was long.
func newStrictTestServer(t *testing.T) *testServer {
	t.Helper()
	return newTestServer(t, func(o *gateway.Options) {
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
		o.TokenRate, o.ViewerRate, o.AddressRate = 0.01, 0.01, 0.01
	})
}

// longest is how many seconds somebody waits there who owes as much as one can.
const longest = 130

// asks reads the games.
func (h *testServer) asks(token, from string) answer {
	h.t.Helper()
	return h.rest("games.list", token, nil, "X-Forwarded-For", from)
}

// dialFrom is dial for somebody at an address.
func (h *testServer) dialFrom(from string) *client {
	h.t.Helper()
	c, _, err := h.tryDialFrom(from)
	if err != nil {
		h.t.Fatal("dial:", err)
	}
	return c
}

func (h *testServer) tryDialFrom(from string) (*client, *http.Response, error) {
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	conn, res, err := websocket.Dial(ctx, strings.Replace(h.url, "http", "ws", 1)+"/api/sessions/live",
		&websocket.DialOptions{HTTPHeader: http.Header{"X-Forwarded-For": {from}}})
	if err != nil {
		return nil, res, err
	}
	h.t.Cleanup(func() { _ = conn.CloseNow() })
	return &client{t: h.t, conn: conn}, res, nil
}

// A stranger who is patient enough to stay below the rate cannot take all connections either.
func TestOneAddressCannotTakeAllSockets(t *testing.T) {
	t.Parallel()
	const most = 3
	h := newTestServer(t, func(o *gateway.Options) {
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
		o.Server = gateway.NewServer(gateway.ServerOptions{MaxPerAddress: most, TrustedProxies: o.TrustedProxies})
	})
	var first *client
	for range most {
		first = h.dialFrom(hall)
	}
	_, res, err := h.tryDialFrom(hall)
	if err == nil || res == nil || res.StatusCode != 429 || res.Header.Get("Retry-After") != "30" {
		t.Fatalf("one more: %v, %+v", err, res)
	}
	h.dialFrom(street)
	for range 2 * most {
		h.dial() // the operator's own
	}
	_ = first.conn.CloseNow()
	for end := time.Now().Add(patience); ; { // free when the server has noticed
		if _, _, err := h.tryDialFrom(hall); err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatal("no place became free")
		}
	}
}

func TestAddressLimitDoesNotAffectOthers(t *testing.T) {
	t.Parallel()
	h := newStrictTestServer(t)
	h.asks("", hall).want(t, 200, "", "")
	a := h.asks("", hall)
	a.want(t, 429, protocol.CodeTooMany, addressPaid)
	if n, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || n < 100 || n > longest {
		t.Errorf("Retry-After is %q", a.header.Get("Retry-After"))
	}
	if a.object(t)["retryAfter"] == nil {
		t.Errorf("%s", a.body)
	}
	h.asks("", street).want(t, 200, "", "")
}

// TestTokenRequestsCountOnTheToken: strangers behind the same address do not hold them, and
// they do not hold each other.
func TestTokenRequestsCountOnTheToken(t *testing.T) {
	t.Parallel()
	h := newStrictTestServer(t)
	bot, viewer := h.scoped(protocol.RoleBot, 0), h.scoped(protocol.RoleViewer, 0)
	h.asks("", hall).want(t, 200, "", "")
	h.asks("", hall).want(t, 429, "", addressPaid)
	for _, token := range []string{bot, viewer, h.admin()} {
		h.asks(token, hall).want(t, 200, "", "")
		h.asks(token, hall).want(t, 429, protocol.CodeTooMany, tokenPaid)
		if token == viewer {
			h.asks(token, street).want(t, 200, "", "") // the audience has one link, and many addresses
			continue
		}
		h.asks(token, street).want(t, 429, protocol.CodeTooMany, tokenPaid) // wherever it asks from
	}
	h.asks("", street).want(t, 200, "", "") // it was not the address that paid
}

// TestAdminTokensShareOneBudget: whoever has the key could make as many as they want.
func TestAdminTokensShareOneBudget(t *testing.T) {
	t.Parallel()
	h := newStrictTestServer(t)
	h.asks(h.admin(), hall).want(t, 200, "", "")
	h.asks(signed(t, jwt.SigningMethodHS256, []byte(jwtSecret), jwt.MapClaims{"role": "admin", "epoch": h.epoch(), "exp": time.Now().Add(time.Hour).Unix()}), street).
		want(t, 429, protocol.CodeTooMany, tokenPaid)
}

// TestInvalidTokensCountOnTheAddress: what anybody can have as many of as they
// want must not bring anything.
func TestInvalidTokensCountOnTheAddress(t *testing.T) {
	t.Parallel()
	for name, token := range map[string]func(h *testServer) string{
		"made up": func(*testServer) string { return "garbage" },
		"revoked": func(h *testServer) string {
			token := h.scoped(protocol.RoleBot, 0)
			h.rest("tokens.revoke", h.admin(), params{"id": 1}).want(t, 200, "", "")
			return token
		},
		"guest": func(h *testServer) string { h.opened(); return h.guest(1, 0xa) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newStrictTestServer(t)
			token := token(h)
			h.asks(token, hall).want(t, 200, "", "") // it counts as none
			h.asks(token, hall).want(t, 429, protocol.CodeTooMany, addressPaid)
			h.asks("", hall).want(t, 429, protocol.CodeTooMany, addressPaid)
			h.asks("another", hall).want(t, 429, protocol.CodeTooMany, addressPaid)
			h.asks("", street).want(t, 200, "", "")
		})
	}
}

// TestTokenHasOneBudget: by REST and with any number of sockets.
func TestTokenHasOneBudget(t *testing.T) {
	t.Parallel()
	ways := map[string]func(h *testServer, token string) func() answer{
		"REST": func(h *testServer, token string) func() answer { return func() answer { return h.asks(token, hall) } },
		"socket": func(h *testServer, token string) func() answer {
			k := h.dialFrom(hall)
			k.auth(token)
			return func() answer { return k.request("games.list", nil) }
		},
	}
	for _, order := range [][]string{{"REST", "socket", "socket"}, {"socket", "socket", "REST"}} {
		h := newStrictTestServer(t)
		token := h.scoped(protocol.RoleBot, 0)
		for i, way := range order {
			a := ways[way](h, token)()
			if i == 0 {
				a.want(t, 200, "", "")
				continue
			}
			a.want(t, 429, protocol.CodeTooMany, tokenPaid)
			if n, _ := a.object(t)["retryAfter"].(float64); n < 100 || n > longest {
				t.Errorf("%s by %s", a.body, way)
			}
		}
	}
}

// TestSocketRequestsAreCharged asks for every operation of the table after a vote,
// which goes a way of its own. By REST the contract does.
func TestSocketRequestsAreCharged(t *testing.T) {
	t.Parallel()
	h := newStrictTestServer(t)
	h.opened()
	k := h.dialFrom(hall)
	k.auth(h.scoped(protocol.RoleBot, 0))
	k.request("votes.live", params{"username": "ann", "vote": "up", "timestamp": now()}).want(t, 200, "", "")
	for _, row := range protocol.Operations() {
		if row.Op == "health.get" {
			k.request(row.Op, nil).want(t, 200, "", "")
			continue
		}
		k.request(row.Op, nothing(row)).want(t, 429, protocol.CodeTooMany, tokenPaid)
	}
}

// TestSocketOverTokenRateIsThrottled: refusals must not cost what votes do.
func TestSocketOverTokenRateIsThrottled(t *testing.T) {
	t.Parallel()
	h := newStrictTestServer(t)
	k := h.dialFrom(hall)
	k.auth(h.scoped(protocol.RoleBot, 0))
	k.request("games.list", nil).want(t, 200, "", "")
	const refused, pause = 5, 50 * time.Millisecond
	began := time.Now()
	for i := range refused {
		k.say(params{"type": "request", "id": i, "op": "games.list"})
	}
	for range refused {
		wantMessage(t, k.hear(), params{"type": "response", "status": 429.0})
	}
	if took := time.Since(began); took < (refused-1)*pause {
		t.Errorf("%d were refused within %s", refused, took)
	}
}

// TestGuestReadsBySocketCountOnTheAddress, whoever they are and over however many
// sockets; their votes do not: a hall that votes is not held by what somebody reads in it.
func TestGuestReadsBySocketCountOnTheAddress(t *testing.T) {
	t.Parallel()
	h := newStrictTestServer(t)
	h.opened()
	first, second := h.dialFrom(hall), h.dialFrom(hall)
	first.auth(h.guest(1, 0xa))
	second.auth(h.guest(1, 0xb))
	first.request("games.list", nil).want(t, 200, "", "")
	for _, k := range []*client{first, second} {
		k.request("games.list", nil).want(t, 429, protocol.CodeTooMany, addressPaid)
		k.request("join.vote", params{"vote": "up"}).want(t, 200, "", "")
	}
	h.asks("", hall).want(t, 429, "", addressPaid)
	h.asks("", street).want(t, 200, "", "")
}

// TestSubscriptionIsChargedAsRead: its answer can be a whole evening.
func TestSubscriptionIsChargedAsRead(t *testing.T) {
	t.Parallel()
	h := newStrictTestServer(t)
	h.opened()
	k := h.dialFrom(hall)
	k.auth(h.guest(1, 0xa))
	subscribe := params{"type": "subscribe", "sessionId": 1, "snapshot": true}
	k.say(subscribe)
	wantMessage(t, k.hear(), params{"type": "subscribed"})
	k.say(subscribe)
	wantMessage(t, k.hearType("error"), params{"sessionId": 1.0, "code": "too_many_requests"})
	k.request("games.list", nil).want(t, 429, protocol.CodeTooMany, addressPaid)
}

// TestReplayIsChargedByLength: who subscribes with since can be sent a whole evening.
func TestReplayIsChargedByLength(t *testing.T) {
	t.Parallel()
	const rate = 20 // 80 at once, of which a thousand votes cost some 70
	h := newTestServer(t, func(o *gateway.Options) {
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
		o.AddressRate = rate
	})
	session, _ := h.opened()
	const votes = 1000
	batch := make([]any, votes)
	for i := range batch {
		batch[i] = params{"username": fmt.Sprint("voter ", i), "vote": "up", "timestamp": now()}
	}
	h.rest("votes.batch", h.admin(), params{"sessionId": session, "votes": batch}).want(t, 200, "", "")
	reads := map[string]int{}
	begun := time.Now()
	for since, from := range map[string]string{"0": hall, "null": street} {
		k := h.dialFrom(from)
		k.auth(h.guest(session, 0xa))
		k.say(fmt.Sprintf(`{"type":"subscribe","sessionId":%d,"since":%s}`, session, since))
		k.hearType("subscribed")
		for n := 0; since == "0" && n < votes; n++ {
			k.hearType("vote.received")
		}
		for k.request("games.list", nil).status == 200 && reads[from] < 20 {
			reads[from]++
		}
	}
	if refilled := int(rate * time.Since(begun).Seconds()); reads[hall] > 2+refilled || reads[street] < 5 {
		t.Errorf("read afterwards: %v, %d of them refilled", reads, refilled)
	}
}

// TestAnswerIsChargedByLength: a list of 25 KB is no single request, and who asks over
// many connections has no more of it.
func TestAnswerIsChargedByLength(t *testing.T) {
	t.Parallel()
	const rate, burst = 0.5, 20 // bots have two seconds of their rate at once, viewers a hundred, addresses four
	for name, ask := range map[string]func(h *testServer) func(op string) answer{
		"a stranger": func(h *testServer) func(string) answer {
			return func(op string) answer { return h.rest(op, "", nil, "X-Forwarded-For", hall) }
		},
		"a guest's socket": func(h *testServer) func(string) answer {
			k := h.dialFrom(hall)
			k.auth(h.guest(1, 0xa))
			return func(op string) answer { return k.request(op, nil) }
		},
		"a viewer": func(h *testServer) func(string) answer {
			token := h.scoped(protocol.RoleViewer, 0)
			return func(op string) answer { return h.rest(op, token, nil, "X-Forwarded-For", hall) }
		},
		"a bot's socket": func(h *testServer) func(string) answer {
			k := h.dialFrom(hall)
			k.auth(h.scoped(protocol.RoleBot, 0))
			return func(op string) answer { return k.request(op, nil) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			let := map[string]int{}
			for _, op := range []string{"stats.get", "games.list"} {
				h := newTestServer(t, func(o *gateway.Options) {
					o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
					o.TokenRate, o.ViewerRate, o.AddressRate = rate*burst, rate*burst/50, rate*burst/2
				})
				h.opened()
				asks := ask(h)
				a := asks(op)
				for ; a.status == 200 && let[op] < 3*burst; a = asks(op) {
					let[op]++
				}
				a.want(t, 429, protocol.CodeTooMany, "")
			}
			if let["stats.get"] < burst || let["games.list"] > burst/2 || let["games.list"] == 0 {
				t.Errorf("let through: %v", let)
			}
		})
	}
}

// TestProbesAreNeverRefused: a supervisor that is would end what lives.
func TestProbesAreNeverRefused(t *testing.T) {
	t.Parallel()
	h := newStrictTestServer(t)
	for range 3 {
		for _, path := range []string{"/health", "/ready"} {
			h.send("GET", path, "", nil, "X-Forwarded-For", hall).want(t, 200, "", "")
		}
	}
}

// TestLoopbackIsNotCounted: it is the operator's own.
func TestLoopbackIsNotCounted(t *testing.T) {
	t.Parallel()
	h := newStrictTestServer(t)
	bot := h.scoped(protocol.RoleBot, 0)
	k := h.dial()
	k.auth(bot)
	for range 3 {
		h.rest("games.list", "", nil).want(t, 200, "", "")
		h.rest("games.list", bot, nil).want(t, 200, "", "")
		h.asks("", "::1").want(t, 200, "", "")
		k.request("games.list", nil).want(t, 200, "", "")
		h.send("GET", "/docs", "", nil).want(t, 200, "", "")
	}
	for range 30 {
		h.send("GET", "/metrics", "", nil).want(t, 404, "", "")
	}
	h.asks("", hall).want(t, 200, "", "")
	h.asks(bot, hall).want(t, 200, "", "")
}

// TestPagesCountOnTheAddress, too: pages, parts, the description, and
// what leads nowhere.
func TestPagesCountOnTheAddress(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method, path string
		headers      []string
		status       int
	}{
		"description":       {"GET", "/api/openapi.yaml", nil, 200},
		"its page":          {"GET", "/docs/swagger-ui-bundle.js", nil, 200},
		"page":              {"GET", "/screen/1", nil, 200},
		"part":              {"GET", "/assets/old/theme.css", nil, 200},
		"link":              {"GET", "/vote/222222/link", nil, 200},
		"picture":           {"GET", "/vote/222222/qr.svg", nil, 200},
		"nothing":           {"GET", "/nowhere", nil, 404},
		"no clean path":     {"GET", "/a/../b", nil, 404},
		"wrong method":      {"DELETE", "/api/stats", nil, 405},
		"no page's":         {"POST", "/docs", nil, 405},
		"of another host":   {"GET", "/api/stats", []string{"Origin", "https://elsewhere.example"}, 403},
		"by a foreign name": {"GET", "/api/games", []string{"Host", "evil.example"}, 403},
		"no handshake":      {"GET", "/api/sessions/live", nil, 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newStrictTestServer(t)
			ask := func(from string) answer {
				return h.send(c.method, c.path, "", nil, append([]string{"X-Forwarded-For", from}, c.headers...)...)
			}
			ask(hall).want(t, c.status, "", "")
			a := ask(hall)
			a.want(t, 429, protocol.CodeTooMany, addressPaid)
			if a.header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			ask(street).want(t, c.status, "", "")
			if name != "picture" { // which is drawn each time, and is paid for as operations are
				h.asks("", hall).want(t, 200, "", "") // these have a budget of their own
			}
		})
	}
}

// TestMetricsHaveTheirOwnBudget: they are dear, and one scraper asks seldom.
func TestMetricsHaveTheirOwnBudget(t *testing.T) {
	t.Parallel()
	h := newTestServer(t, func(o *gateway.Options) {
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
		o.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
			_, _ = io.WriteString(w, "up 1\n")
		})
	})
	ask := func(from string) answer { return h.send("GET", "/metrics", "", nil, "X-Forwarded-For", from) }
	for n := 0; ; n++ {
		a := ask(hall)
		if a.status == 429 && n >= 20 {
			break
		}
		a.want(t, 200, "", "")
		if n > 200 {
			t.Fatal("nobody pays for it")
		}
	}
	ask(street).want(t, 200, "", "")
	h.send("GET", "/docs", "", nil, "X-Forwarded-For", hall).want(t, 200, "", "")
}

// TestRefusalIsDelayed: else a program that asks again at once keeps the hub as busy
// with refusals as with answers.
func TestRefusalIsDelayed(t *testing.T) {
	t.Parallel()
	h := newStrictTestServer(t)
	h.asks("", hall).want(t, 200, "", "")
	const refused, pause = 3, 200 * time.Millisecond
	began := time.Now()
	for range refused {
		h.asks("", hall).want(t, 429, "", "")
	}
	if took := time.Since(began); took < refused*pause {
		t.Errorf("%d were refused within %s", refused, took)
	}
}

// TestRefusedBodyIsNotRead: it would be the larger part of what a flood costs.
func TestRefusedBodyIsNotRead(t *testing.T) {
	t.Parallel()
	h := newStrictTestServer(t)
	h.asks("", hall).want(t, 200, "", "")
	req, err := http.NewRequestWithContext(t.Context(), "POST", h.url+"/api/pick", strings.NewReader(strings.Repeat("x", protocol.MaxSmallBody+1)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Forwarded-For", hall)
	h.do(req).want(t, 429, protocol.CodeTooMany, addressPaid)
}

// TestWaitingForRetryAfterIsEnough: two a second is eight at once, and the next soon.
func TestWaitingForRetryAfterIsEnough(t *testing.T) {
	t.Parallel()
	h := newTestServer(t, func(o *gateway.Options) {
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
		o.AddressRate = 2
	})
	refused, again := 0, 0
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for tooLate := time.Now().Add(patience); again == 0; <-look.C {
		switch a := h.asks("", hall); {
		case a.status == 429:
			refused++
		case refused > 0:
			again++
		}
		if time.Now().After(tooLate) {
			t.Fatalf("%d refused, %d let through again", refused, again)
		}
	}
}
