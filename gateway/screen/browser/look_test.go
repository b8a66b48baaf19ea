//go:build browser

package browser_test

import (
	"fmt"
	"testing"
)

// markup is what a name or title could hold to become part of a page.
const markup = `<img src=x onerror="document.title='owned'"><script>alert(1)</script>`

// TestLook looks at the pages with axe-core in all sizes and both themes, in the middle
// of a session, and saves screenshots with -shots.
func TestLook(t *testing.T) {
	h := newHub(t)
	id := h.playedSession()
	for _, page := range []string{"screen", "overlay"} {
		for name, s := range map[string]size{"phone": phone, "desktop": desktop, "1080p": stream} {
			for _, theme := range []string{"dark", "light"} {
				t.Run(fmt.Sprintf("%s %s %s", page, name, theme), func(t *testing.T) {
					b := newTab(t, h, s)
					b.prefer("prefers-reduced-motion", "reduce")
					b.goTo(h.screen(page, id, "theme="+theme))
					b.shows(".count.up .number", "12")
					b.until(`document.fonts.status === 'loaded'`)
					b.until(`[...document.images].every((i) => i.naturalWidth > 0 || !i.checkVisibility())`)
					b.accessible()
					b.picture(t.Name())
					b.until(`document.querySelector('.history').checkVisibility()`)
					if wide := value[int](b, `document.documentElement.scrollWidth - innerWidth`); wide > 0 {
						t.Errorf("it is %d pixels too wide", wide)
					}
				})
			}
		}
	}
}

// TestPollsAreShown from the first vote to the winner, in all sizes.
func TestPollsAreShown(t *testing.T) {
	h := newHub(t)
	id := h.playedSession()
	h.ask("POST", fmt.Sprintf("/api/sessions/%d/poll", id), object{"game_ids": []int{5, 17, 66}, "seconds": 600})
	for n, choice := range []int{2, 2, 1, 2, 3} {
		h.ask("POST", fmt.Sprintf("/api/sessions/%d/poll/votes", id), object{"username": fmt.Sprint("voter ", n), "choice": choice})
	}
	var tabs []*tab
	for name, s := range map[string]size{"phone": phone, "desktop": desktop, "1080p": stream} {
		for _, page := range []string{"screen", "overlay"} {
			b := newTab(t, h, s)
			b.prefer("prefers-reduced-motion", "reduce")
			b.goTo(h.screen(page, id, ""))
			b.shows(".question h2", "What should we play next?")
			b.shows(".leads .number", "3")
			b.until(`/^(9|10):\d\d$/.test(document.querySelector('.left').textContent)`)
			b.accessible()
			b.picture("poll " + page + " " + name)
			tabs = append(tabs, b)
		}
	}
	h.ask("POST", fmt.Sprintf("/api/sessions/%d/poll/end", id), object{})
	for _, b := range tabs {
		b.shows(".question h2", "Next up")
		b.shows(".left", "5 votes")
		b.accessible()
	}
	tabs[0].picture("poll over")
}

// playedSession creates a session with three games and votes for the third.
func (h *hub) playedSession() (session int) {
	h.t.Helper()
	id := h.session("Friday")
	h.openJoining(id, "latest")
	for i, game := range []int{12, 40, 31} {
		play := h.play(id, game)
		h.ask("PATCH", fmt.Sprintf("/api/sessions/%d/games/%d/room-code", id, play), object{"room_code": "QXKD"})
		for n := range 15 {
			h.vote(id, fmt.Sprintf("%s %d", []string{"Mia", "Jonas", "chat_viewer", "Zoë", "🦊 fox"}[n%5], i*100+n), []string{"up", "up", "up", "down", "up"}[n%5])
		}
	}
	h.ask("PATCH", fmt.Sprintf("/api/sessions/%d/games/%d/player-count", id, id*10_000+3), object{"player_count": 6})
	return id
}

// TestMarkupIsText: titles, packs and names of voters cannot become part of a page.
func TestMarkupIsText(t *testing.T) {
	h := newHub(t)
	game := int(h.ask("POST", "/api/games", object{"pack_name": markup + "pack", "title": markup, "min_players": 1, "max_players": 8})["id"].(float64))
	id := h.session(markup)
	h.play(id, 31)
	h.play(id, game)
	h.vote(id, markup, "up")
	var tabs []*tab
	for _, page := range []string{"screen", "overlay"} {
		b := open(t, h, desktop, h.screen(page, id, "show=tonight"))
		b.shows(".title", markup)
		b.shows(".pack", markup+"pack")
		b.shows(".row.now .name", markup)
		b.shows(".voter .name", markup)
		tabs = append(tabs, b)
	}
	h.ask("POST", fmt.Sprintf("/api/sessions/%d/poll", id), object{"game_ids": []int{game, 5}, "seconds": 600})
	for _, b := range tabs {
		b.shows(".candidate:first-child .name", markup)
		b.unharmed()
	}
	b := open(t, h, phone, h.url("/vote/"+h.openJoining(id, "latest")))
	b.shows(".title", markup)
	b.shows(".choices li:first-child .name", markup)
	b.unharmed()
}

// unharmed says that no markup of ours has become an element.
func (b *tab) unharmed() {
	b.t.Helper()
	if got := value[int](b, `document.querySelectorAll('img[src="x"], script:not([type=module])').length`); got != 0 {
		b.t.Errorf("%d elements came out of text", got)
	}
}

// TestInvalidLinks show what to do.
func TestInvalidLinks(t *testing.T) {
	h := newHub(t)
	id := h.session("Friday")
	other := h.ask("POST", "/api/auth/tokens", object{"role": "viewer", "name": "x", "sessionId": id})["token"].(string)
	h.ask("POST", fmt.Sprintf("/api/sessions/%d/close", id), object{})
	second := h.session("Saturday")
	for url, want := range map[string]string{
		h.url(fmt.Sprintf("/screen/%d", id)):                               "This page needs a link with a token",
		h.url(fmt.Sprintf("/screen/%d#token=%s", id, h.token)):             "This link contains the host’s admin token",
		h.url(fmt.Sprintf("/screen/%d#token=%s", second, other)):           "This link is for another session",
		h.url(fmt.Sprintf("/screen/%d#token=%s", id, h.viewer()[:40])):     "This link no longer works",
		h.screen("screen", 77, ""):                                         "Session not found",
		h.screen("screen", "tonight", ""):                                  "Session not found",
		h.screen("overlay", 77, ""):                                        "Session not found",
		h.url(fmt.Sprintf("/overlay/%d?token=%s", second, h.viewer()+"x")): "This link no longer works",
	} {
		b := open(t, h, desktop, url)
		b.shows(".notice h1", want)
		b.accessible()
	}
}

// TestATokenDoesNotStayInTheQuery, where it would be in the history and the logs of proxies.
func TestATokenDoesNotStayInTheQuery(t *testing.T) {
	h := newHub(t)
	id := h.session("Friday")
	h.play(id, 31)
	b := open(t, h, desktop, h.url(fmt.Sprintf("/screen/%d?theme=light&token=%s", id, h.viewer())))
	b.shows(".count.up .number", "0")
	if got := value[string](b, "location.search"); got != "?theme=light" {
		t.Errorf("query %s", got)
	}
	b.reload()
	b.shows(".count.up .number", "0")
}

// TestTheActiveSession is whichever the host has open, and the screen follows.
func TestTheActiveSession(t *testing.T) {
	h := newHub(t)
	b := open(t, h, desktop, h.screen("screen", "active", ""))
	b.shows(".notice h1", "No session is running")
	first := h.session("Friday")
	h.play(first, 31)
	h.vote(first, "ann", "up")
	b.until(`document.querySelector('.count.up .number')?.textContent === '1'`)
	h.ask("POST", fmt.Sprintf("/api/sessions/%d/close", first), object{})
	second := h.session("Saturday")
	h.play(second, 12)
	b.until(`document.querySelector('.count.up .number')?.textContent === '0'`)
	h.vote(second, "bob", "down")
	b.shows(".count.down .number", "1")
}
