package gateway_test

import (
	"net/url"
	"strings"
	"testing"

	"partyline/gateway"
	"partyline/protocol"
)

// secret is what the link of the session's QR code carries now.
func (p *party) secret() string {
	p.t.Helper()
	a := p.rest("sessions.join.get", p.admins, params{"id": p.session})
	a.want(p.t, 200, "", "")
	_, secret, _ := strings.Cut(a.text(p.t, "link"), "#s=")
	return secret
}

// blocked is an address that was wrong too often.
func (p *party) blocked(from string) string {
	p.t.Helper()
	for range 30 {
		p.enter(params{"code": "CCCCCC"}, from).want(p.t, 404, "not_found", "")
	}
	p.staysBlocked(params{}, from)
	return from
}

// staysBlocked enters until it is refused for wrong codes, and expects that soon. Every two
// seconds one more wrong code is allowed, which a wrong one before each try uses up.
func (p *party) staysBlocked(with params, from string) {
	p.t.Helper()
	told := answer{}
	for range 20 {
		p.enter(params{"code": "CCCCCC"}, from)
		if told = p.enter(with, from); told.status == 429 {
			break
		}
	}
	told.want(p.t, 429, "too_many_requests", wrongTooOften)
}

// TestJoinLinkWorksWhileAddressIsBlocked: who scans the picture has not guessed anything.
func TestJoinLinkWorksWhileAddressIsBlocked(t *testing.T) {
	t.Parallel()
	// On a slow machine some tries of staysBlocked are let in, each as a new guest.
	many := func(o *gateway.Options) { o.JoinRate = gateway.DefaultJoinRate }
	p := newParty(t, "latest", many)
	hall, secret := p.blocked("203.0.113.7"), p.secret()
	p.enter(params{"secret": secret}, hall).want(t, 200, "", "")
	p.enter(params{"secret": secret, "code": " " + strings.ToLower(p.code)}, hall).want(t, 200, "", "")
	flipped := map[bool]string{true: "B", false: "A"}[secret[0] == 'A'] + secret[1:]
	for _, wrong := range []string{"", flipped, secret[:len(secret)-1], secret + "A", secret + "=", " " + secret, secret[:4] + "\n" + secret[4:], "AAAAAAAAAAAA"} {
		p.staysBlocked(params{"secret": wrong}, hall)
	}
	p.enter(params{"secret": "wrong"}, "203.0.113.9").want(t, 200, "", "") // the code was typed well
}

// TestJoinSecretIsForOneCode: it opens nothing else, and ends with the code.
func TestJoinSecretIsForOneCode(t *testing.T) {
	t.Parallel()
	p := newParty(t, "latest")
	hall, old, before := p.blocked("203.0.113.7"), p.secret(), p.code
	p.code = p.open(params{"renew": true})
	p.staysBlocked(params{"secret": old}, hall)
	if p.secret() == old {
		t.Fatal("the secret is the same")
	}
	p.enter(params{"secret": p.secret()}, hall).want(t, 200, "", "")
	// The phones of a whole hall find out at once that their code was renewed. None of them
	// has guessed.
	for range 50 {
		p.enter(params{"code": before, "secret": old}, "203.0.113.8").want(t, 404, "not_found", "No session has this code")
	}
	p.enter(params{}, "203.0.113.8").want(t, 200, "", "")
}

// TestOnlyHostAndScreensGetTheJoinSecret: not who knows or guesses a code.
func TestOnlyHostAndScreensGetTheJoinSecret(t *testing.T) {
	t.Parallel()
	p := newParty(t, "once")
	secret := p.secret()
	for _, token := range []string{p.admins, p.scoped(protocol.RoleViewer, p.session), p.scoped(protocol.RoleBot, 0)} {
		a := p.rest("sessions.join.get", token, params{"id": p.session})
		a.want(t, 200, "", "")
		if link, qr := a.text(t, "link"), a.text(t, "qr"); link != "/vote/"+p.code+"#s="+secret || qr != "/vote/"+p.code+"/qr.svg?s="+secret {
			t.Errorf("%s", a.body)
		}
	}
	k := p.dial()
	k.auth(p.scoped(protocol.RoleViewer, p.session))
	if a := k.request("sessions.join.get", params{"id": p.session}); a.text(t, "link") != "/vote/"+p.code+"#s="+secret {
		t.Errorf("%s", a.body)
	}
	for _, path := range []string{"/link", "/qr.svg", ""} {
		if a := p.send("GET", "/vote/"+p.code+path, "", nil); a.status != 200 || strings.Contains(string(a.body), secret) {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	opened := p.rest("sessions.join.open", p.admins, params{"id": p.session})
	if opened.text(t, "link") != "/vote/"+p.code+"#s="+secret {
		t.Errorf("%s", opened.body)
	}
	for _, closed := range []answer{p.rest("sessions.join.close", p.admins, params{"id": p.session}), p.rest("sessions.join.get", p.admins, params{"id": p.session})} {
		if o := closed.object(t); o["link"] != nil || o["qr"] != nil || o["code"] != nil {
			t.Errorf("%s", closed.body)
		}
	}
}

// TestReplayedJoinAnswer under its key has the link, and none that opens no more.
func TestReplayedJoinAnswer(t *testing.T) {
	t.Parallel()
	p := newParty(t, "latest")
	renew := func() answer {
		a := p.rest("sessions.join.open", p.admins, params{"id": p.session, "renew": true}, "Idempotency-Key", "k")
		a.want(t, 200, "", "")
		return a
	}
	first, again := renew(), renew()
	if again.header.Get("Idempotency-Replayed") != "true" || string(again.body) != string(first.body) || !strings.Contains(first.text(t, "link"), "#s=") {
		t.Errorf("%s\n%s", first.body, again.body)
	}
}

// TestJoinLinkContainsSecret and nothing that is no secret; whether it is the right one
// is not told.
func TestJoinLinkContainsSecret(t *testing.T) {
	t.Parallel()
	p := newParty(t, "latest")
	link := func(secret string) string {
		a := p.send("GET", "/vote/"+p.code+"/link?s="+url.QueryEscape(secret), "", nil)
		a.want(t, 200, "", "")
		return a.text(t, "url")
	}
	plain := p.url + "/vote/" + p.code
	for given, want := range map[string]string{
		"":                 plain,
		"AbCd_-012345":     plain + "#s=AbCd_-012345",
		"AbCd_-01234":      plain,
		"AbCd_-0123456":    plain,
		"http://ev":        plain,
		"AbCd_-01234é":     plain,
		"AbCd_-01234\n":    plain,
		"AbCd_-012345&s=x": plain,
	} {
		if got := link(given); got != want {
			t.Errorf("%q: %s", given, got)
		}
	}
	if a, b := p.send("GET", "/vote/"+p.code+"/qr.svg?s=AbCd_-012345", "", nil), p.send("GET", "/vote/"+p.code+"/qr.svg", "", nil); a.status != 200 || string(a.body) == string(b.body) {
		t.Errorf("%d %s", a.status, a.body)
	}
}
