//go:build browser

package browser_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	qr "github.com/piglig/go-qr"
)

// openJoining opens joining and returns the code.
func (h *hub) openJoining(session int, policy string) string {
	h.t.Helper()
	return h.ask("PUT", fmt.Sprintf("/api/sessions/%d/join", session), object{"policy": policy})["code"].(string)
}

// link returns the content of the session's QR code.
func (h *hub) link(session int) string {
	h.t.Helper()
	return h.url(h.ask("GET", fmt.Sprintf("/api/sessions/%d/join", session), nil)["link"].(string))
}

// pressed waits until the thumbs stand so: the one that is pressed, or "" for none, and
// their numbers.
func (b *tab) pressed(kind, up, down string) {
	b.t.Helper()
	b.shows(".press.up .number", up)
	b.shows(".press.down .number", down)
	b.until(fmt.Sprintf(`[...document.querySelectorAll('.press[aria-pressed=true]:not(.waiting)')].map((e) => e.classList[1]).join() === %q`, kind))
}

// TestAPhoneVotes and changes its mind, comes back after a reload as the same device,
// and the screen shows it.
func TestAPhoneVotes(t *testing.T) {
	h := newHub(t)
	id := h.session("Friday")
	code := h.openJoining(id, "latest")
	screen := open(t, h, desktop, h.screen("screen", id, ""))
	screen.shows(".join .code", code)
	screen.leads(h.link(id))
	b := open(t, h, phone, h.url("/vote/"+strings.ToLower(code)))
	b.shows(".title", "Choosing the first game")
	if b.visible(".press") {
		t.Error("there is something to press, and nothing to vote for")
	}
	h.play(id, 31)
	b.pressed("", "0", "0")
	b.accessible()
	b.picture("vote")
	b.click(".press.up")
	b.pressed("up", "1", "0")
	b.shows(".note", "Vote counted. Thank you!")
	screen.shows(".count.up .number", "1")
	b.click(".press.down")
	b.pressed("down", "0", "1")
	b.shows(".note", "Vote changed.")
	screen.shows(".count.up .number", "0")
	screen.shows(".count.down .number", "1")
	b.picture("vote down")
	b.prefer("prefers-color-scheme", "dark", "prefers-reduced-motion", "reduce")
	b.accessible()
	b.picture("vote dark")
	b.goTo(h.url("/vote/" + code))
	b.pressed("down", "0", "1")
	b.click(".press.up")
	b.pressed("up", "1", "0")
	h.play(id, 12)
	b.pressed("", "0", "0")
	b.accessible()
}

// leads reads the QR code as a phone would: from the picture.
func (b *tab) leads(want string) {
	b.t.Helper()
	b.until(`document.querySelector('.qr').naturalWidth > 0`)
	picture, err := png.Decode(bytes.NewReader(run(b, chromedp.Screenshot(chromedp.CSS(".qr")))))
	if err != nil {
		b.t.Fatal(err)
	}
	if got, err := qr.Decode(picture); err != nil || got != want {
		b.t.Errorf("the picture says %q, %v; want %s", got, err, want)
	}
}

// TestQRCodeWorksDespiteWrongCodes: after too many wrong codes from one network, codes can
// no longer be typed there, but the QR code still works.
func TestQRCodeWorksDespiteWrongCodes(t *testing.T) {
	h := newHub(t)
	id := h.session("Friday")
	h.play(id, 31)
	code := h.openJoining(id, "latest")
	for range 30 {
		res, err := http.Post(h.url("/api/join"), "application/json", strings.NewReader(`{"code":"CCCCCC"}`))
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
	}
	typed := newTab(t, h, phone)
	typed.told(429, func() {
		typed.goTo(h.url("/vote/" + code))
		typed.shows("h1", "Just a moment")
		typed.goTo(h.url("/vote"))
	})
	console := console(t, h, desktop)
	console.leads(h.link(id))
	console.shows(".joined a", h.url("/vote/"+code))
	if href := value[string](console, `document.querySelector('.joined a').href`); href != h.link(id) {
		t.Errorf("the link is %s", href)
	}
	b := open(t, h, phone, h.link(id))
	b.click(".press.up")
	b.pressed("up", "1", "0")
	b.goTo(value[string](b, "location.href"))
	b.pressed("up", "1", "0")
	// Another code is another picture.
	b.told(404, func() {
		h.ask("PUT", fmt.Sprintf("/api/sessions/%d/join", id), object{"renew": true})
		b.shows("h1", "Voting is closed")
		console.until(fmt.Sprintf(`document.querySelector('.joined a').href === %q`, h.link(id)))
		console.leads(h.link(id))
	})
}

// voter joins from an address and votes.
func (h *hub) voter(code, from, thumb string) {
	h.t.Helper()
	ask := func(path, token string, body object) object {
		b, err := json.Marshal(body)
		if err != nil {
			h.t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(h.t.Context(), "POST", h.url(path), bytes.NewReader(b))
		if err != nil {
			h.t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-Forwarded-For", from)
		req.Header.Set("Authorization", token)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			h.t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		var o object
		if err := json.NewDecoder(res.Body).Decode(&o); err != nil || res.StatusCode != 200 {
			h.t.Fatal(res.Status, o, err)
		}
		return o
	}
	token := ask("/api/join", "", object{"code": code})["token"].(string)
	ask("/api/join/vote", "Bearer "+token, object{"vote": thumb})
}

// TestHostVoidsVotesOfANetwork with too many phones; the screen is updated,
// and a phone from there is told.
func TestHostVoidsVotesOfANetwork(t *testing.T) {
	h := newHub(t, "--trusted-proxy", "127.0.0.0/8")
	id := h.session("Friday")
	h.play(id, 31)
	code := h.openJoining(id, "latest")
	screen := open(t, h, desktop, h.screen("screen", id, ""))
	host := console(t, h, desktop)
	host.click(".networks summary")
	host.shows(".networks > .soft:not([hidden]):not(.small)", "No phone has voted yet.")
	for n := range 12 {
		h.voter(code, fmt.Sprintf("2001:db8:7:%x::1", n), "down")
	}
	h.voter(code, "203.0.113.7", "up")
	own := open(t, h, phone, h.url("/vote/"+code)) // from this machine
	own.click(".press.up")
	own.pressed("up", "2", "12")
	screen.shows(".count.down .number", "12")
	host.says(".networks .row:first-child .name", "12 phones · 12 votes")
	host.says(".networks .row:first-child .soft", "12 addresses")
	host.until(`document.querySelectorAll('.networks .row').length === 3`)
	host.accessible()
	host.picture("networks")
	host.click(".networks .row:first-child button")
	host.says("dialog", "Void all votes of 12 phones (12 votes)?")
	host.accessible()
	host.press("Void votes")
	host.says("#messages", "12 votes voided")
	host.says(".networks .row:first-child .soft", "12 voided")
	host.until(`!document.querySelector('.networks .row:first-child button').checkVisibility()`)
	screen.shows(".count.down .number", "0")
	screen.shows(".count.up .number", "2")
	own.pressed("up", "2", "0")
	// This machine's own phone is the last: it learns why it votes no more.
	for _, row := range []int{2, 3} {
		host.click(fmt.Sprintf(".networks .row:nth-child(%d) button", row))
		host.press("Void votes")
		host.until(fmt.Sprintf(`!document.querySelector('.networks .row:nth-child(%d) button').checkVisibility()`, row))
	}
	screen.shows(".count.up .number", "0")
	own.click(".press.down")
	own.shows(".note", "The host has voided your votes. You can’t vote in this session any more.")
}

func TestOneVoteEach(t *testing.T) {
	h := newHub(t)
	id := h.session("Friday")
	h.play(id, 31)
	b := open(t, h, phone, h.url("/vote/"+h.openJoining(id, "once")))
	b.shows(".rule", "One vote per game, and it’s final.")
	b.click(".press.up")
	b.pressed("up", "1", "0")
	b.click(".press.down")
	b.shows(".note", "You have already voted for this game.")
	b.pressed("up", "1", "0")
	b.accessible()
}

// TestAGuestHasAName: of its own or one that was made, and it is text wherever it shows.
func TestAGuestHasAName(t *testing.T) {
	h := newHub(t)
	id := h.session("Friday")
	h.play(id, 31)
	b := open(t, h, phone, h.url("/vote/"+h.openJoining(id, "latest")))
	b.until(`document.querySelector('.rename bdi')?.textContent.startsWith('Guest ')`)
	b.click(".rename")
	b.accessible()
	b.picture("vote name")
	name := `<b>Mia</b><script>`
	b.types("#name", name)
	b.click(".dialog .main")
	b.shows(".rename bdi", name)
	b.click(".press.up")
	b.pressed("up", "1", "0")
	b.unharmed()
	screen := open(t, h, desktop, h.screen("screen", id, ""))
	screen.shows(".voter .name", name)
	screen.unharmed()
	hidden := open(t, h, desktop, h.screen("screen", id, "names=off"))
	hidden.shows(".voter .name", "Someone")
	b.goTo(value[string](b, "location.href"))
	b.shows(".rename bdi", name)
}

// TestAPhoneTakesPartInAPoll from the first choice to the winner.
func TestAPhoneTakesPartInAPoll(t *testing.T) {
	h := newHub(t)
	id := h.session("Friday")
	h.play(id, 31)
	b := open(t, h, phone, h.url("/vote/"+h.openJoining(id, "latest")))
	b.pressed("", "0", "0")
	h.ask("POST", fmt.Sprintf("/api/sessions/%d/poll", id), object{"game_ids": []int{5, 17}, "seconds": 600})
	b.shows(".question h2", "What should we play next?")
	second := `document.querySelector('.choices li:nth-child(2) .choice')?.getAttribute('aria-pressed') === 'true'`
	b.click(".choices li:nth-child(2) .choice")
	b.until(second)
	b.shows(".choices li:nth-child(2) .number", "1")
	b.accessible()
	b.picture("vote poll")
	b.do(chromedp.EmulateViewport(320, 568, chromedp.EmulateMobile))
	if wide := value[int](b, `document.documentElement.scrollWidth - innerWidth`); wide > 0 {
		t.Errorf("on a small phone it is %d pixels too wide", wide)
	}
	b.picture("vote small")
	// It is the hub that remembers: another tab knows as well, and after a restart.
	b.during(func() {
		h.kill()
		h.start()
		value[bool](b, `(sessionStorage.clear(), true)`)
		b.goTo(value[string](b, "location.href"))
		b.until(second)
	})
	b.click(".choices li:nth-child(1) .choice")
	b.shows(".choices li:nth-child(1) .number", "1")
	b.shows(".choices li:nth-child(2) .number", "0")
	h.ask("POST", fmt.Sprintf("/api/sessions/%d/poll/end", id), object{})
	b.shows(".question h2", "Next up")
	b.until(`document.querySelector('.choices li:nth-child(1) .choice').classList.contains('won')`)
	b.accessible()
	b.picture("vote winner")
}

// TestPhoneShowsErrors, and another code can be entered.
func TestPhoneShowsErrors(t *testing.T) {
	h := newHub(t)
	id := h.session("Friday")
	h.play(id, 31)
	code := h.openJoining(id, "latest")
	wrong := "222222"
	if code == wrong {
		wrong = "333333"
	}
	b := newTab(t, h, phone)
	b.told(404, func() {
		b.goTo(h.url("/vote/" + wrong))
		b.shows(".notice h1", "That code isn’t valid")
		b.accessible()
		b.picture("vote code")
	})
	b.types("#code", strings.ToLower(code))
	b.keys("\r")
	b.pressed("", "0", "0")
	if got := value[string](b, "location.pathname"); got != "/vote/"+code {
		t.Errorf("the address is %s", got)
	}
	b.told(404, func() {
		h.ask("DELETE", fmt.Sprintf("/api/sessions/%d/join", id), nil)
		b.shows(".notice h1", "Voting is closed")
	})
	door := open(t, h, phone, h.url("/vote"))
	door.shows(".notice h1", "Join the vote")
	door.accessible()
}

// TestPhoneShowsTheEndOfASession: thanks and the list of games.
func TestPhoneShowsTheEndOfASession(t *testing.T) {
	h := newHub(t)
	id := h.session("Friday")
	code := h.openJoining(id, "latest")
	h.play(id, 31)
	b := open(t, h, phone, h.url("/vote/"+code))
	b.click(".press.up")
	b.pressed("up", "1", "0")
	screen := open(t, h, desktop, h.screen("screen", id, ""))
	screen.shows(".kind", "Now playing")
	h.ask("POST", fmt.Sprintf("/api/sessions/%d/close", id), object{})
	b.shows(".title", "Thank you for playing!")
	b.shows(".row .number", "+1")
	b.until(`document.documentElement.dataset.status === 'refused'`) // joining ends with the session
	b.shows(".title", "Thank you for playing!")
	if b.visible(".stale") || b.visible(".rename") {
		t.Error("something is left to do")
	}
	screen.shows(".kind", "This session has ended")
	screen.accessible()
	b.accessible()
	b.picture("vote over")
}

// TestVoteIsSentAfterReconnect: a vote made while the server is down is sent later, once.
func TestVoteIsSentAfterReconnect(t *testing.T) {
	h := newHub(t)
	id := h.session("Friday")
	h.play(id, 31)
	b := open(t, h, phone, h.url("/vote/"+h.openJoining(id, "every")))
	b.pressed("", "0", "0")
	b.during(func() {
		h.kill()
		b.until(`document.querySelector('.stale').checkVisibility()`)
		b.click(".press.up")
		h.start()
		b.shows(".note", "Vote counted. Thank you!")
	})
	b.pressed("up", "1", "0")
	if b.visible(".stale") {
		t.Error("it is called stale and is not")
	}
}
