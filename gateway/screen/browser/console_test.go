//go:build browser

package browser_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
)

// console is a tab in which the host has logged in.
func console(t *testing.T, h *hub, s size) *tab {
	t.Helper()
	b := open(t, h, s, h.url("/"))
	b.until(`document.activeElement?.name === 'key'`)
	b.fill("key", adminKey)
	b.press("Log in")
	b.until(`document.querySelector('main.view')`)
	return b
}

func TestConsoleRunsASession(t *testing.T) {
	h := newHub(t)
	b := console(t, h, desktop)
	other := console(t, h, phone) // a second host, who only looks

	b.fill("notes", "Friday <b>night</b>")
	b.press("Start session")
	b.shows(".heading h1", "Friday <b>night</b>")
	other.shows(".heading h1", "Friday <b>night</b>")
	b.accessible()

	b.fill("players", "5")
	b.press("Roll")
	b.until(`document.querySelector('.picked').checkVisibility()`)
	first := b.text(".picked .title")
	b.press("Play")
	b.shows(".now .title", first)
	other.shows(".now .title", first)

	b.fill("code", "abcd")
	b.until(`(document.querySelector('.now form').requestSubmit(), true)`)
	other.until(`document.querySelector('[name=code]').value === 'ABCD'`)

	for i := range 3 {
		h.vote(1, fmt.Sprintf("voter %d", i), "up")
	}
	h.vote(1, "critic", "down")
	b.shows(".now .votes .up dd", "3")
	b.shows(".now .votes .down dd", "1")
	other.shows(".now .votes .up dd", "3")

	b.press("Start poll")
	b.until(`document.querySelectorAll('.poll .bar-row').length === 3`)
	other.until(`document.querySelectorAll('.poll .bar-row').length === 3`)
	h.ask("POST", "/api/sessions/1/poll/votes", object{"username": "ann", "choice": 2})
	b.until(`document.querySelectorAll('.poll .bar-row')[1].querySelector('.number').innerText === '1'`)
	winner := value[string](b, `document.querySelectorAll('.poll .bar-row .name')[1].innerText.slice(3)`)
	b.accessible()
	b.press("End poll now")
	b.says(".poll p", winner+" won")
	b.press("Play the winner")
	b.shows(".now .title", winner)

	b.press("End session")
	b.accessible()
	b.press("End session") // in the dialog
	b.says(".pill", "This session has ended")
	other.says(".pill", "This session has ended")

	b.press("History")
	b.says(".row .name", "Friday <b>night</b>")
	b.press("Show: Friday <b>night</b>")
	b.says("dialog .bar-row .name", first)
	b.press("Close")
	b.press("Export as JSON: Friday <b>night</b>")
	b.until(`!document.querySelector('[aria-disabled]')`)
}

func TestEveryViewOfTheConsole(t *testing.T) {
	h := newHub(t)
	markup := `<img src=x onerror="throw 1">`
	h.session(markup)
	game := int(h.ask("POST", "/api/games", object{"pack_name": markup, "title": markup, "min_players": 1, "max_players": 8})["id"].(float64))
	h.play(1, game)
	h.vote(1, "ann", "up")
	h.ask("POST", "/api/auth/tokens", object{"role": "bot", "name": markup})
	h.ask("POST", "/api/webhooks", object{"name": markup, "url": "http://127.0.0.1:1/", "secret": "a secret for tests", "events": []string{"*"}})
	for _, s := range []size{desktop, phone} {
		b := console(t, h, s)
		for _, view := range []string{"Tonight", "Games", "History", "Links", "Webhooks", "Stats"} {
			b.press(view)
			b.says("main", markup)
			b.accessible()
		}
		b.until(`document.documentElement.scrollWidth <= innerWidth`)
	}
}

func TestTokensAndWebhooksAtTheConsole(t *testing.T) {
	h := newHub(t)
	b := console(t, h, desktop)
	b.press("Links")
	b.fill("name", "OBS")
	b.press("Create link")
	b.until(`document.querySelector('dialog input')?.value.includes('/screen/active#token=')`)
	b.until(`document.querySelector('dialog img').checkVisibility() && document.querySelector('dialog img').naturalWidth > 0`)
	b.accessible()
	b.press("Close")
	b.says(".row .name", "OBS")
	b.press("Revoke OBS")
	b.press("Revoke")
	b.until(`document.querySelectorAll('.row').length === 0`)

	b.press("Webhooks")
	b.fill("name", "Discord")
	b.fill("url", "http://127.0.0.1:1/hook")
	b.fill("secret", "a secret for tests")
	b.press("Add webhook")
	b.says(".row .name", "Discord")
	b.press("Send test: Discord")
	b.says(".message", "Test webhook sent")
	b.says(".row .soft", "delivered")
	b.press("Deliveries: Discord")
	b.says("dialog", "game.added")
	b.accessible()
	b.press("Close")
	b.press("Disable: Discord")
	b.says(".pill", "Disabled")
}

func TestTheCatalogueAtTheConsole(t *testing.T) {
	h := newHub(t)
	b := console(t, h, desktop)
	b.press("Games")
	b.says("[role=status]", "72 of 72 games")
	b.fill("title", "drawful 2")
	b.says("[role=status]", "1 of 72 games")
	b.until(`(document.querySelector('tbody [type=checkbox]').click(), true)`)
	b.until(`document.querySelector('tr.off')`)
	if n := h.ask("GET", "/api/stats", object{})["gamesEnabled"].(object)["count"]; n != 71.0 {
		t.Errorf("%v games can be drawn", n)
	}
	b.fill("title", "tmp3")
	b.says("[role=status]", "1 of 72 games")
	setTicker := func(text string) {
		b.until(fmt.Sprintf(`(e => { e.value = %q; e.dispatchEvent(new Event('change')); return true })(document.querySelector('tbody .ticker'))`, text))
	}
	tickerIs := func(text string) {
		t.Helper()
		b.until(fmt.Sprintf(`document.querySelector('tbody .ticker').value === %q`, text))
	}
	tickerIs("TMP3")
	setTicker("qpl3")
	b.says("#messages .message", "The ticker QPL3 belongs to Quiplash 3 of Jackbox Party Pack 7 (game 31)")
	tickerIs("TMP3")
	b.fill("title", "trivia murder party 3")
	setTicker(" murd")
	tickerIs("MURD")
	setTicker("")
	b.fill("title", "murd")
	b.says("[role=status]", "4 of 72 games")
	b.fill("title", "tmp2")
	b.says("[role=status]", "1 of 72 games")
	b.press("Export CSV")
	b.until(`!document.querySelector('[aria-disabled]')`)

	b.press("Import CSV")
	b.until(`document.querySelector('dialog [type=file]')`)
	value[bool](b, `(() => {
		const picked = new DataTransfer();
		picked.items.add(new File(['price,title,pack_name,min_players,max_players\n9,"Charades, <i>loud</i>",Ours,4,20\n'], 'games.csv'));
		document.querySelector('dialog [type=file]').files = picked.files;
		document.querySelector('dialog form').requestSubmit();
		return true;
	})()`)
	b.until(`!document.querySelector('dialog')`)
	b.says("#messages .message", "Successfully imported 1 games. Ignored columns: price")
	b.fill("title", "charades")
	b.says("tbody .name", "Charades, <i>loud</i>")
}

// TestHostsSeeEachOthersChanges outside of the session, in the open view, without losing
// the focus.
func TestHostsSeeEachOthersChanges(t *testing.T) {
	h := newHub(t)
	b := console(t, h, desktop)
	b.press("Games")
	b.fill("title", "drawful 2")
	b.says("[role=status]", "1 of 72 games")
	b.until(`(document.querySelector('tbody select').focus(), true)`)
	id := int(value[float64](b, `Number(document.querySelector('tbody tr').dataset.key)`))
	h.ask("PATCH", fmt.Sprintf("/api/games/%d/toggle", id), object{})
	b.until(`document.querySelector('tr.off')`)
	h.ask("POST", "/api/games", object{"pack_name": "Ours", "title": "Drawful 2, ours", "min_players": 1, "max_players": 8})
	b.says("[role=status]", "2 of 73 games")
	b.until(fmt.Sprintf(`Number(document.activeElement.closest('tr')?.dataset.key) === %d`, id))
	h.ask("DELETE", "/api/games/73", object{}) // a row above the focus goes
	b.says("[role=status]", "1 of 72 games")
	b.until(fmt.Sprintf(`Number(document.activeElement.closest('tr')?.dataset.key) === %d`, id))

	b.press("Links")
	b.until(`document.querySelector('main .soft').checkVisibility()`)
	token := h.ask("POST", "/api/auth/tokens", object{"role": "bot", "name": "Nightbot"})["id"]
	b.says(".row .name", "Nightbot")
	h.ask("DELETE", fmt.Sprintf("/api/auth/tokens/%v", token), object{})
	b.until(`document.querySelectorAll('.row').length === 0`)

	b.press("Webhooks")
	h.ask("POST", "/api/webhooks", object{"name": "Discord", "url": "http://127.0.0.1:1/", "secret": "a secret for tests", "events": []string{"*"}})
	b.says(".row .name", "Discord")
	h.ask("PATCH", "/api/webhooks/1", object{"enabled": false})
	b.says(".pill", "Disabled")

	b.press("History")
	h.session("Friday")
	b.says(".row .name", "Friday")
	h.play(1, 1)
	b.says(".row .soft", "1 game")
	b.press("Stats")
	b.until(`document.querySelector('.bar-row')`)
}

// TestLongListsGrow: the console shows the newest rows of a list and more with a click, and goes on
// with changes of all that it shows.
func TestLongListsGrow(t *testing.T) {
	h := newHub(t, "--max-active-sessions", "0")
	for i := range 120 {
		h.session(fmt.Sprintf("Night %d", i+1))
		h.ask("POST", "/api/auth/tokens", object{"role": "bot", "name": fmt.Sprintf("Bot %d", i+1)})
		h.ask("POST", "/api/webhooks", object{"name": fmt.Sprintf("Hook %d", i+1), "url": "http://127.0.0.1:1/", "secret": "a secret for tests", "events": []string{"game.removed"}})
	}
	b := console(t, h, phone)
	rows := func(n int, name string) {
		t.Helper()
		b.until(fmt.Sprintf(`document.querySelectorAll('main .row').length === %d`, n))
		b.says(".row:last-child .name", name)
	}
	for _, view := range []struct{ name, first, second, last string }{
		{"History", "Night 71", "Night 21", "Night 1"}, {"Links", "Bot 71", "Bot 21", "Bot 1"}, {"Webhooks", "Hook 50", "Hook 100", "Hook 120"},
	} {
		b.press(view.name)
		rows(50, view.first)
		b.accessible()
		b.press("Show more (50 of 120 shown)")
		rows(100, view.second)
		b.press("Show more (100 of 120 shown)")
		rows(120, view.last)
		b.until(`!document.querySelector('main > section > button').checkVisibility()`)
	}
	b.press("Links")
	rows(50, "Bot 71")
	h.ask("DELETE", "/api/auth/tokens/71", object{})
	rows(50, "Bot 70")
	b.says("main > section > button", "Show more (50 of 119 shown)")

	h.play(1, 1)
	// An endpoint that refuses would have the last test wait behind the retry of the first.
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(receiver.Close)
	webhook := int(h.ask("POST", "/api/webhooks", object{"name": "All", "url": receiver.URL, "secret": "a secret for tests", "events": []string{"vote.received"}})["id"].(float64))
	for range 60 {
		h.ask("POST", fmt.Sprintf("/api/webhooks/test/%d", webhook), object{})
	}
	b.press("Webhooks")
	b.press("Show more (50 of 121 shown)")
	b.press("Show more (100 of 121 shown)")
	b.press("Deliveries: All")
	b.until(`document.querySelectorAll('dialog .row').length === 50`)
	b.accessible()
	b.press("Show more")
	b.until(`document.querySelectorAll('dialog .row').length === 60`)
}

func TestAWrongKeyAndAnEndedLogin(t *testing.T) {
	h := newHub(t)
	b := open(t, h, phone, h.url("/"))
	b.accessible()
	b.told(401, func() {
		b.fill("key", "not the admin key")
		b.press("Log in")
		b.says(".message", "Invalid admin key")
	})
	b.fill("key", adminKey)
	b.press("Log in")
	b.says("h1", "No session is running")
	b.reload()
	b.says("h1", "No session is running")
	b.press("Log out")
	b.until(`document.querySelector('[name=key]')`)
	b.until(`sessionStorage.length === 0`)
}

// TestLookAtTheConsole keeps pictures of every view for people to look at.
func TestLookAtTheConsole(t *testing.T) {
	h := newHub(t)
	h.playedSession()
	h.ask("POST", "/api/sessions/1/poll", object{"count": 4, "seconds": 90})
	for i := range 9 {
		h.ask("POST", "/api/sessions/1/poll/votes", object{"username": fmt.Sprint("voter ", i), "choice": 1 + i%3})
	}
	for name, s := range map[string]size{"phone": phone, "desktop": desktop} {
		for _, theme := range []string{"dark", "light"} {
			b := newTab(t, h, s)
			b.prefer("prefers-color-scheme", theme, "prefers-reduced-motion", "reduce")
			b.goTo(h.url("/"))
			b.until(`document.querySelector('[name=key]')`)
			b.picture(fmt.Sprintf("console door %s %s", name, theme))
			b.fill("key", adminKey)
			b.press("Log in")
			for view, ready := range map[string]string{"Tonight": ".now .title", "Games": "tbody tr", "History": ".row", "Links": "form", "Webhooks": "form", "Stats": ".bar-row"} {
				b.press(view)
				b.until(fmt.Sprintf("document.querySelector(%q)", ready))
				b.accessible()
				b.picture(fmt.Sprintf("console %s %s %s", view, name, theme))
			}
		}
	}
}
