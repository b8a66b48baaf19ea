package gateway_test

import (
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/coder/websocket"
	"github.com/golang-jwt/jwt/v5"

	"partyline/gateway"
	"partyline/persistence/memory"
	"partyline/protocol"
)

// party is a testServer with a session in which a game is being played, and its code.
type party struct {
	*testServer
	admins  string
	session int
	play    int
	code    string
}

func newParty(t *testing.T, policy protocol.JoinPolicy, options ...func(*gateway.Options)) *party {
	t.Helper()
	return newPartyOn(t, memory.New(memory.Options{}), policy, options...)
}

func newPartyOn(t *testing.T, j *memory.Journal, policy protocol.JoinPolicy, options ...func(*gateway.Options)) *party {
	t.Helper()
	p := &party{testServer: newTestServerOn(t, j, func(o *gateway.Options) {
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
		o.JoinRate = 0.05 // three at once
		for _, set := range options {
			set(o)
		}
	})}
	p.journal = j
	p.admins = p.admin()
	p.session, p.play = p.opened()
	p.code = p.open(params{"policy": policy})
	return p
}

func (p *party) open(how params) string {
	p.t.Helper()
	how["id"] = p.session
	a := p.rest("sessions.join.open", p.admins, how)
	a.want(p.t, 200, "", "")
	return a.text(p.t, "code")
}

// enter comes in from an address of a neighbourhood that nobody has come from.
func (p *party) enter(with params, from string) answer {
	p.t.Helper()
	if with["code"] == nil {
		with["code"] = p.code
	}
	return p.rest("join.enter", "", with, "X-Forwarded-For", from)
}

// phone is somebody who has come in.
func (p *party) phone(name string) (token, device string) {
	p.t.Helper()
	a := p.rest("join.enter", "", params{"code": p.code, "name": name})
	a.want(p.t, 200, "", "")
	return a.text(p.t, "token"), a.text(p.t, "device")
}

func (p *party) press(token, thumb string) answer {
	p.t.Helper()
	return p.rest("join.vote", token, params{"vote": thumb})
}

// wantTally checks the game's votes in this session.
func (p *party) wantTally(up, down int64) {
	p.t.Helper()
	st, err := p.hub.State(p.t.Context(), protocol.SessionID(p.session))
	if err != nil {
		p.t.Fatal(err)
	}
	if g := st.Tallies[0]; g.SessionUpvotes != up || g.SessionDownvotes != down {
		p.t.Errorf("+%d/-%d, want +%d/-%d", g.SessionUpvotes, g.SessionDownvotes, up, down)
	}
}

func TestDeviceTokenIdentifiesPhone(t *testing.T) {
	t.Parallel()
	p := newParty(t, "latest")
	token, device := p.phone("Ann")
	p.press(token, "up").want(t, 200, "", "")
	again := p.rest("join.enter", "", params{"code": " " + strings.ToLower(p.code), "name": "Annie", "device": device})
	again.want(t, 200, "", "")
	if again.text(t, "device") != device || again.text(t, "name") != "Annie" || again.text(t, "role") != "guest" || again.text(t, "policy") != "latest" {
		t.Errorf("%s", again.body)
	}
	yours, _ := again.object(t)["yours"].(map[string]any)
	if yours["vote"] != "up" || yours["gameId"] != float64(p.play) {
		t.Errorf("its vote is told as %v", yours)
	}
	p.press(again.text(t, "token"), "down").want(t, 200, "", "")
	p.wantTally(0, 1)
}

// TestForgedDeviceTokenIsNewDevice: nobody comes in as somebody else, or takes back what
// others have voted.
func TestForgedDeviceTokenIsNewDevice(t *testing.T) {
	t.Parallel()
	p := newParty(t, "latest")
	token, device := p.phone("Ann")
	p.press(token, "up").want(t, 200, "", "")
	_, elsewhere := newParty(t, "latest").phone("Ann") // another hub with the same secret seals the same
	flipped := map[bool]string{true: "B", false: "A"}[device[0] == 'A'] + device[1:]
	for name, forged := range map[string]string{
		"none": "", "flipped": flipped, "cut": device[:len(device)-1], "longer": device + "A", "padded": device + "=",
		"spaced": " " + device, "not base64": "Ünïcödé", "the number alone": device[:11], "zero": strings.Repeat("A", 32),
		"seal flipped": device[:31] + map[bool]string{true: "B", false: "A"}[device[31] == 'A'], "of another": elsewhere,
	} {
		in := p.rest("join.enter", "", params{"code": p.code, "device": forged})
		in.want(t, 200, "", "")
		if in.text(t, "device") == device || in.object(t)["yours"] != nil {
			t.Errorf("%s: %s", name, in.body)
		}
		p.press(in.text(t, "token"), "down").want(t, 200, "", "")
	}
	p.wantTally(1, 11)
}

func TestGuestsWithoutNameGetOne(t *testing.T) {
	t.Parallel()
	p := newParty(t, "latest")
	names := map[string]bool{}
	for _, given := range []string{"", " \t "} {
		token, device := p.phone(given)
		again := p.rest("join.enter", "", params{"code": p.code, "device": device})
		name := again.text(t, "name")
		if len(name) != len("Guest 4F2A") || !strings.HasPrefix(name, "Guest ") || strings.ToUpper(name[6:]) != name[6:] {
			t.Errorf("somebody is called %q", name)
		}
		names[name] = true
		if a := p.press(token, "up"); a.object(t)["vote"].(map[string]any)["username"] != name {
			t.Errorf("%s votes as %s", name, a.body)
		}
	}
	if len(names) != 2 {
		t.Errorf("names: %v", names)
	}
	if a := p.rest("join.enter", "", params{"code": p.code, "name": "\u200b"}); !strings.HasPrefix(a.text(t, "name"), "Guest ") {
		t.Errorf("nothing that can be seen is no name: %s", a.body)
	}
	a := p.rest("join.enter", "", params{"code": p.code, "name": " \u202e <b>Ann & Bob</b>\u200b "})
	if a.text(t, "name") != "<b>Ann & Bob</b>" {
		t.Errorf("%s", a.body)
	}
	p.rest("join.enter", "", params{"code": p.code, "name": strings.Repeat("x", 101)}).want(t, 400, "invalid", "name must be 0 to 100 characters")
	p.rest("join.enter", "", params{"code": p.code, "name": "a\x07"}).want(t, 400, "invalid", "name must not contain line breaks or other control characters")
}

func TestGuestNamesAreSeparateFromOtherVoters(t *testing.T) {
	t.Parallel()
	p := newParty(t, "every")
	one, _ := p.phone("Ann")
	other, _ := p.phone("Ann")
	p.press(one, "up").want(t, 200, "", "")
	p.press(other, "up").want(t, 200, "", "")
	p.rest("votes.live", p.admins, params{"username": "Ann", "vote": "up", "timestamp": now()}).want(t, 200, "", "")
	p.press(one, "up").want(t, 409, "duplicate_vote", "Duplicate vote detected (within 1 second of previous vote)")
	p.wantTally(3, 0)
}

func TestGuestIsConfinedToItsSession(t *testing.T) {
	t.Parallel()
	p := newParty(t, "latest")
	other, _ := p.opened()
	token, _ := p.phone("Ann")
	k := p.dial()
	k.auth(token)
	const sentence = "This token is for session 1 only"
	for _, ask := range []func(op string, q params) answer{k.request, func(op string, q params) answer { return p.rest(op, token, q) }} {
		ask("sessions.poll.vote", params{"id": other, "choice": 1}).want(t, 403, "forbidden", sentence)
		ask("sessions.join.get", params{"id": p.session}).want(t, 403, "forbidden", "Insufficient permissions")
		ask("votes.live", params{"username": "Ann", "vote": "up", "timestamp": now()}).want(t, 403, "forbidden", "Insufficient permissions")
		ask("sessions.games.status", params{"id": p.session, "gameId": p.play, "status": "skipped"}).want(t, 403, "forbidden", "Insufficient permissions")
		ask("sessions.votes", params{"id": other}).want(t, 200, "", "") // as anybody may
	}
	k.request("join.vote", params{"vote": "up", "sessionId": other, "device": "x", "username": "Bob"}).want(t, 200, "", "")
	p.wantTally(1, 0)
	k.say(params{"type": "subscribe", "sessionId": other})
	wantMessage(t, k.hear(), params{"type": "error", "code": "forbidden", "message": sentence})
}

func TestScreenOfTheSessionGetsTheCode(t *testing.T) {
	t.Parallel()
	p := newParty(t, "once")
	other, _ := p.opened()
	screen := p.scoped(protocol.RoleViewer, p.session)
	a := p.rest("sessions.join.get", screen, params{"id": p.session})
	a.want(t, 200, "", "")
	if a.text(t, "code") != p.code || a.text(t, "path") != "/vote/"+p.code || a.text(t, "policy") != "once" {
		t.Errorf("%s", a.body)
	}
	p.rest("sessions.join.get", screen, params{"id": other}).want(t, 403, "forbidden", "This token is for session 1 only")
	for _, public := range []answer{p.rest("sessions.get", "", params{"id": p.session}), p.rest("sessions.list", "", nil), p.rest("sessions.active", "", nil)} {
		if strings.Contains(string(public.body), p.code) {
			t.Errorf("everybody can read the code: %s", public.body)
		}
	}
}

// TestGuestSocket hears its session and votes; a change of mind is told.
func TestGuestSocket(t *testing.T) {
	t.Parallel()
	p := newParty(t, "latest")
	token, _ := p.phone("Ann")
	k := p.dial()
	k.auth(token)
	k.say(params{"type": "subscribe", "sessionId": p.session, "snapshot": true})
	state := k.hearType("subscribed")["snapshot"].(map[string]any)
	if join := state["join"].(map[string]any); join["code"] != p.code || join["policy"] != "latest" {
		t.Errorf("the snapshot has %v", join)
	}
	k.request("join.vote", params{"vote": "up"}).want(t, 200, "", "")
	k.say(params{"type": "request", "id": "x", "op": "join.vote", "data": params{"vote": "down"}})
	vote := map[string]any{}
	for vote["type"] != "down" {
		vote = k.hearType("vote.received")["data"].(map[string]any)["vote"].(map[string]any)
	}
	if vote["replaced"] != "up" || vote["username"] != "Ann" {
		t.Errorf("the screens hear %v", vote)
	}
}

// TestGuestsEndWithJoining: by the next request, and their sockets too.
func TestGuestsEndWithJoining(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(p *party){
		"closing joining":     func(p *party) { p.rest("sessions.join.close", p.admins, params{"id": p.session}).want(t, 200, "", "") },
		"another code":        func(p *party) { p.open(params{"renew": true}) },
		"closing the session": func(p *party) { p.rest("sessions.close", p.admins, params{"id": p.session}).want(t, 200, "", "") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newParty(t, "latest")
			token, _ := p.phone("Ann")
			p.press(token, "up").want(t, 200, "", "")
			k := p.dial()
			k.auth(token)
			end(p)
			p.press(token, "down").want(t, 403, "bad_token", "Invalid or expired token")
			p.rest("sessions.poll.vote", token, params{"id": p.session, "choice": 1}).want(t, 403, "bad_token", "")
			p.rest("games.list", token, nil).want(t, 200, "", "") // as for anybody
			p.enter(params{}, "203.0.113.1").want(t, 404, "not_found", "No session has this code")
			if e := k.hearClose(); e.Code != websocket.StatusCode(protocol.CloseForbidden) {
				t.Error("closed with", e)
			}
			p.wantTally(1, 0)
		})
	}
}

func TestRenewedCodeAdmitsTheSamePhones(t *testing.T) {
	t.Parallel()
	p := newParty(t, "once")
	token, device := p.phone("Ann")
	p.press(token, "up").want(t, 200, "", "")
	if p.open(params{}) != p.code {
		t.Error("opening what is open makes another code")
	}
	p.press(token, "up").want(t, 409, "duplicate_vote", "This device has voted for this game already")
	code := p.open(params{"renew": true})
	if code == p.code {
		t.Fatal("the code is the same")
	}
	in := p.rest("join.enter", "", params{"code": code, "device": device})
	in.want(t, 200, "", "")
	p.press(in.text(t, "token"), "down").want(t, 409, "duplicate_vote", "")
	p.wantTally(1, 0)
}

// Who renews a code wants somebody out, and must not tell them the new one on the way.
func TestRenewedCodeIsNotSentToRemovedGuests(t *testing.T) {
	t.Parallel()
	p := newParty(t, "once")
	token, _ := p.phone("Ann")
	var guests []*client
	for range 20 {
		k := p.dial()
		k.auth(token)
		k.say(params{"type": "subscribe", "sessionId": p.session})
		k.hearType("subscribed")
		guests = append(guests, k)
	}
	code := p.open(params{"renew": true})
	for _, k := range guests {
		for {
			_, raw, err := k.conn.Read(t.Context())
			if err != nil {
				break
			}
			if strings.Contains(string(raw), code) {
				t.Fatalf("a guest who is thrown out hears %s", raw)
			}
		}
	}
}

func TestGuestOfAnotherGenerationIsRefused(t *testing.T) {
	t.Parallel()
	p := newParty(t, "latest")
	for _, c := range []jwt.MapClaims{{"generation": 2}, {"sessionId": 2}, {"sessionId": 99}} {
		token := signed(t, jwt.SigningMethodHS256, []byte(jwtSecret), p.guestClaims(p.session, 0xa, c))
		p.press(token, "up").want(t, 403, "bad_token", "")
		k := p.dial()
		k.say(params{"type": "auth", "token": token})
		wantMessage(t, k.hear(), params{"type": "auth_error", "code": "bad_token"})
	}
}

func TestThirtyWrongCodesAMinute(t *testing.T) {
	t.Parallel()
	p := newParty(t, "latest")
	_, device := p.phone("Ann")
	for range 50 { // what no code can be is a slip, and no guess
		p.enter(params{"code": "OOPS10"}, "203.0.113.7").want(t, 404, "not_found", "")
	}
	var told atomic.Int64
	var all sync.WaitGroup
	for range 60 {
		all.Go(func() {
			if a := p.enter(params{"code": "CCCCCC"}, "203.0.113.7"); a.status == 404 {
				told.Add(1)
			}
		})
	}
	all.Wait()
	if n := told.Load(); n != 30 {
		t.Errorf("%d guesses were answered", n)
	}
	// Also the right code has to wait, else guesses would go on.
	a := p.enter(params{"device": device}, "203.0.113.7")
	a.want(t, 429, "too_many_requests", "Too many wrong codes, try again later")
	if n, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || n < 1 || n > 60 {
		t.Errorf("Retry-After is %q", a.header.Get("Retry-After"))
	}
	p.enter(params{"device": device}, "203.0.113.8").want(t, 200, "", "")
}

func TestNewPhonesOfOneAddressAreLimited(t *testing.T) {
	t.Parallel()
	p := newParty(t, "latest")
	device := ""
	for range 3 {
		a := p.enter(params{}, "2001:db8::1")
		a.want(t, 200, "", "")
		device = a.text(t, "device")
	}
	a := p.enter(params{}, "2001:db8::2")
	a.want(t, 429, "too_many_requests", "Too many new guests from this address, try again in a moment")
	if n, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || n < 1 || n > 20 {
		t.Errorf("Retry-After is %q, and one more may come within 20 seconds", a.header.Get("Retry-After"))
	}
	p.enter(params{"device": "made up"}, "2001:db8::2").want(t, 429, "too_many_requests", "")
	p.enter(params{"device": device}, "2001:db8::2").want(t, 200, "", "") // who is here may come again
	p.enter(params{}, "2001:db8:0:1::1").want(t, 200, "", "")
}

func TestVotesOfOnePhoneAreLimited(t *testing.T) {
	t.Parallel()
	p := newParty(t, "latest")
	token, device := p.phone("Ann")
	k := p.dial()
	k.auth(token)
	presses := []func() answer{
		func() answer { return p.press(token, "up") },
		func() answer { return k.request("join.vote", params{"vote": "down"}) },
		func() answer { return p.press(token, "sideways") },
		func() answer { return p.rest("sessions.poll.vote", token, params{"id": p.session, "choice": 1}) },
		func() answer { return p.rest("join.enter", "", params{"code": p.code, "device": device}) },
	}
	for _, press := range presses {
		if a := press(); a.status == 429 {
			t.Fatalf("too soon: %s", a.body)
		}
	}
	refused := 0
	for range 20 { // two a second go on
		for _, press := range presses {
			if a := press(); a.status == 429 {
				refused++
				a.want(t, 429, "too_many_requests", "Too many requests from this device, slow down")
			}
		}
	}
	if refused < 50 {
		t.Errorf("%d of 100 were refused", refused)
	}
	other, _ := p.phone("Bob")
	p.press(other, "up").want(t, 200, "", "")
}

// TestGuestRequestsWithoutEffectStoreNothing: a refusal and a thumb that stands already
// are not kept for a day under a key, at two a second and device. Asked again they are
// decided again.
func TestGuestRequestsWithoutEffectStoreNothing(t *testing.T) {
	t.Parallel()
	p := newParty(t, "latest")
	token, _ := p.phone("Ann")
	press := func(key, thumb, replayed string) answer {
		t.Helper()
		a := p.rest("join.vote", token, params{"vote": thumb}, "Idempotency-Key", key)
		if a.header.Get("Idempotency-Replayed") != replayed {
			t.Errorf("%s: replayed %q, want %q", key, a.header.Get("Idempotency-Replayed"), replayed)
		}
		return a
	}
	play := func(status string) {
		p.rest("sessions.games.status", p.admins, params{"id": p.session, "gameId": p.play, "status": status}).want(t, 200, "", "")
	}
	play("played")
	press("late", "up", "").want(t, 409, "conflict", "No game is being played right now")
	play("playing")
	press("late", "up", "").want(t, 200, "", "")
	press("late", "up", "true").want(t, 200, "", "") // a vote that counts is kept as it was
	other, _ := p.phone("Bob")
	token = other
	press("first", "up", "").want(t, 200, "", "")
	for range 2 {
		if a := press("again", "up", ""); a.object(t)["counted"] != false {
			t.Errorf("%s", a.body)
		}
	}
	p.wantTally(2, 0)
}

// TestKeysOfGuests: what is asked as a guest is remembered for that phone alone; what
// anybody may ask is not remembered for whoever has the code.
func TestKeysOfGuests(t *testing.T) {
	t.Parallel()
	p := newParty(t, "every")
	ann, _ := p.phone("Ann")
	bob, _ := p.phone("Ann")
	vote := func(token string) answer {
		return p.rest("join.vote", token, params{"vote": "up"}, "Idempotency-Key", "k")
	}
	first, again, other := vote(ann), vote(ann), vote(bob)
	if first.status != 200 || string(first.body) != string(again.body) || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("%s\n%s", first.body, again.body)
	}
	if other.status != 200 || other.header.Get("Idempotency-Replayed") != "" {
		t.Errorf("%s", other.body)
	}
	p.wantTally(2, 0)
	for token, replayed := range map[string]string{"": "", ann: "", p.admins: "true"} {
		p.rest("games.pick", token, params{"playerCount": 4}, "Idempotency-Key", "draw").want(t, 200, "", "")
		if a := p.rest("games.pick", token, params{"playerCount": 4}, "Idempotency-Key", "draw"); a.header.Get("Idempotency-Replayed") != replayed {
			t.Errorf("replayed: %q, want %q", a.header.Get("Idempotency-Replayed"), replayed)
		}
		one := p.rest("join.enter", token, params{"code": p.code, "name": "Cy"}, "Idempotency-Key", "in")
		two := p.rest("join.enter", token, params{"code": p.code, "name": "Cy"}, "Idempotency-Key", "in")
		if same := one.text(t, "device") == two.text(t, "device") && string(one.body) == string(two.body); same != (replayed != "") {
			t.Errorf("%s\n%s", one.body, two.body)
		}
	}
}
