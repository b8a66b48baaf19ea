//go:build browser

package browser_test

import (
	"fmt"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
)

// TestPartsCanBeHidden: each by its name, and an overlay shows what it is asked to.
func TestPartsCanBeHidden(t *testing.T) {
	h := newHub(t)
	id := h.playedSession()
	h.ask("POST", fmt.Sprintf("/api/sessions/%d/poll", id), object{"game_ids": []int{5, 17}, "seconds": 600})
	parts := map[string]string{"pack": ".pack", "players": ".players", "room": ".room", "net": ".net", "history": ".history",
		"voters": ".voters", "tonight": ".tonight", "join": ".join", "poll": ".poll"}
	var names []string
	for name := range parts {
		names = append(names, name)
	}
	b := open(t, h, phone, h.screen("screen", id, "")) // where nothing makes room for the poll
	b.shows(".count.up .number", "12")
	for name, selector := range parts {
		b.until(fmt.Sprintf(`document.querySelector(%q).checkVisibility() /* %s */`, selector, name))
	}
	b = open(t, h, phone, h.screen("screen", id, "hide="+strings.Join(names, ",")))
	b.shows(".count.up .number", "12")
	for name, selector := range parts {
		if b.visible(selector) {
			t.Errorf("%s is shown", name)
		}
	}
	b = open(t, h, stream, h.screen("overlay", id, ""))
	b.shows(".count.up .number", "12")
	if b.visible(".tonight") || b.visible(".join") {
		t.Error("the overlay shows what it hides by itself")
	}
	b = open(t, h, stream, h.screen("overlay", id, "show=tonight,join"))
	b.shows(".count.up .number", "12")
	b.until(`document.querySelector('.tonight').checkVisibility() && document.querySelector('.join').checkVisibility()`)
	b.accessible()
	b.picture("overlay with everything")
}

// TestOverlayPosition and scale.
func TestOverlayPosition(t *testing.T) {
	h := newHub(t)
	id := h.session("Friday")
	h.play(id, 31)
	type box struct{ Left, Top, Right, Bottom, Width float64 }
	place := func(query string) box {
		b := open(t, h, stream, h.screen("overlay", id, query))
		b.shows(".count.up .number", "0")
		return value[box](b, `(({left, top, right, bottom, width}) => ({left, top, right, bottom, width}))(document.querySelector('.screen-view').getBoundingClientRect())`)
	}
	corner, right, middle, small := place(""), place("align=top-right"), place("align=center"), place("scale=0.5")
	if corner.Left > 100 || 1080-corner.Bottom > 100 || corner.Top < 300 {
		t.Errorf("by itself at %+v", corner)
	}
	if 1920-right.Right > 100 || right.Top > 100 {
		t.Errorf("top-right at %+v", right)
	}
	if d := middle.Left - (1920 - middle.Right); d < -2 || d > 2 {
		t.Errorf("center at %+v", middle)
	}
	if d := small.Width - corner.Width/2; d < -2 || d > 2 {
		t.Errorf("half of %v is %v", corner.Width, small.Width)
	}
}

// TestColourOptions: colours and a font from the URL; the policy of the page allows no
// other styles, such as custom CSS in OBS.
func TestColourOptions(t *testing.T) {
	h := newHub(t)
	id := h.session("Friday")
	h.play(id, 31)
	b := open(t, h, stream, h.screen("overlay", id, "accent=4ade80&card=000c&font=Liberation+Serif"))
	b.shows(".count.up .number", "0")
	for expression, want := range map[string]string{
		`getComputedStyle(document.querySelector('.count.up')).color`:              "rgb(74, 222, 128)",
		`getComputedStyle(document.querySelector('.screen-view')).backgroundColor`: "rgba(0, 0, 0, 0.8)",
		`getComputedStyle(document.querySelector('.title')).fontFamily`:            `"Liberation Serif", Figtree, sans-serif`,
		`getComputedStyle(document.documentElement).colorScheme`:                   "normal",
		`getComputedStyle(document.documentElement).backgroundColor`:               "rgba(0, 0, 0, 0)",
		`getComputedStyle(document.querySelector('.count.up .thumb')).color`:       "rgb(0, 0, 0)",
	} {
		if got := value[string](b, expression); got != want {
			t.Errorf("%s is %s, want %s", expression, got, want)
		}
	}
}

// TestDelayOption: changes are shown after the delay, but the first state
// at once.
func TestDelayOption(t *testing.T) {
	h := newHub(t)
	id := h.session("Friday")
	h.play(id, 31)
	h.vote(id, "ann", "up")
	b := open(t, h, desktop, h.screen("screen", id, "delay=2"))
	b.shows(".count.up .number", "1")
	start := value[float64](b, "performance.now()")
	h.vote(id, "bob", "up")
	b.shows(".count.up .number", "2")
	if took := value[float64](b, "performance.now()") - start; took < 1990 {
		t.Errorf("shown after %v ms", took)
	}
}

// TestNumbersAreCorrectFromTheStart of the page.
func TestNumbersAreCorrectFromTheStart(t *testing.T) {
	h := newHub(t)
	id := h.playedSession()
	code := h.openJoining(id, "latest")
	for url, selector := range map[string]string{h.screen("screen", id, ""): ".count.up .number", h.url("/vote/" + code): ".press.up .number"} {
		b := newTab(t, h, phone)
		call(b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: fmt.Sprintf(`
			window.shown = [];
			new MutationObserver(() => {
				const e = document.querySelector(%q);
				if (e && e.checkVisibility() && shown.at(-1) !== e.textContent) shown.push(e.textContent);
			}).observe(document, {childList: true, characterData: true, attributes: true, subtree: true});`, selector)})
		b.goTo(url)
		b.shows(selector, "12")
		if got := value[[]string](b, "shown"); len(got) != 1 || got[0] != "12" {
			t.Errorf("%s showed %q", selector, got)
		}
	}
}

// TestBehindAPrefix: a proxy serves the hub below a path of its own, and everything
// works that the pages ask for.
func TestBehindAPrefix(t *testing.T) {
	h := newHub(t)
	id := h.session("Friday")
	h.play(id, 31)
	code := h.openJoining(id, "latest")
	to := &url.URL{Scheme: "http", Host: h.addr}
	proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Path = strings.TrimPrefix(r.In.URL.Path, "/night")
		r.SetURL(to)
		r.Out.Host = r.In.Host
	}})
	t.Cleanup(proxy.Close)
	b := newTab(t, h, phone)
	b.own = strings.TrimPrefix(proxy.URL, "http") + "/night/"
	b.goTo(proxy.URL + "/night/vote")
	b.types("#code", code)
	b.click(".form .main")
	b.click(".press.up")
	b.pressed("up", "1", "0")
	b.goTo(proxy.URL + "/night/screen/active#token=" + h.viewer())
	b.shows(".count.up .number", "1")
	b.until(`document.querySelector('.qr').naturalWidth > 0`)
}

// TestKeyboardVoting: the voting page works without a pointer.
func TestKeyboardVoting(t *testing.T) {
	h := newHub(t)
	id := h.session("Friday")
	h.play(id, 31)
	b := open(t, h, desktop, h.url("/vote/"+h.openJoining(id, "latest")))
	b.pressed("", "0", "0")
	b.keys("\t\t\r")
	b.pressed("up", "1", "0")
	b.keys("\t ")
	b.pressed("down", "0", "1")
	outline := value[string](b, `getComputedStyle(document.activeElement).outlineStyle`)
	if outline == "none" {
		t.Error("what has the focus does not look so")
	}
}
