//go:build browser

package browser_test

import (
	"bytes"
	"fmt"
	"image/png"
	"slices"
	"testing"
	"time"
)

// TestAVoteAppearsOnTheScreen measures, too: from before the vote is sent until the
// page has its number and draws. Between votes the screen rests, as on most evenings:
// a vote that follows within 50 ms would be told with the next beat.
func TestAVoteAppearsOnTheScreen(t *testing.T) {
	h := newHub(t)
	id := h.session("Friday")
	h.play(id, 31)
	b := open(t, h, desktop, h.screen("screen", id, ""))
	b.shows(".count.up .number", "0")
	value[any](b, `window.spoken = 0, new MutationObserver(() => spoken++).observe(document.getElementById('announcements'), {childList: true, characterData: true, subtree: true}), 0`)
	const votes = 30
	var took []time.Duration
	for i := 1; i <= votes; i++ {
		value[any](b, fmt.Sprintf(`new Promise((rested) => setTimeout(rested, 70)).then(() => { window.seen = new Promise((done) => {
			const up = document.querySelector('.count.up .number');
			const watch = new MutationObserver(() => {
				if (up.textContent !== '%d') return;
				watch.disconnect();
				requestAnimationFrame(() => done(performance.timeOrigin + performance.now()));
			});
			watch.observe(up, {childList: true, characterData: true, subtree: true});
		}); })`, i))
		start := time.Now()
		h.vote(id, fmt.Sprintf("voter %d", i), "up")
		at := value[float64](b, "window.seen")
		took = append(took, time.UnixMicro(int64(at*1000)).Sub(start))
	}
	slices.Sort(took)
	t.Logf("a vote by REST is on the screen after p50 %v, p90 %v, slowest %v of %d", took[votes/2], took[votes*9/10], took[votes-1], votes)
	b.shows(".net .number", fmt.Sprintf("+%d", votes))
	seconds := value[float64](b, "performance.now() / 1000")
	if got := value[float64](b, "spoken"); got > 1+seconds/5 {
		t.Errorf("it spoke %v times in %v s to those who listen", got, seconds)
	}
}

// TestScreenRecoversAfterAKill of the server: the page shows
// right numbers without being loaded again.
func TestScreenRecoversAfterAKill(t *testing.T) {
	h := newHub(t)
	id := h.session("Friday")
	h.play(id, 31)
	h.vote(id, "ann", "up")
	b := open(t, h, desktop, h.screen("screen", id, ""))
	b.shows(".count.up .number", "1")
	if b.visible(".stale") {
		t.Error("it is called stale and is not")
	}
	value[any](b, "window.notLoadedAgain = true")
	b.during(func() {
		h.kill()
		b.until(`document.querySelector('.stale').checkVisibility()`)
		if got := b.text(".count.up .number"); got != "1" {
			t.Errorf("%s up while it is away", got)
		}
		h.start()
		h.vote(id, "bob", "up")
		h.vote(id, "cyd", "down")
		b.until(`!document.querySelector('.stale').checkVisibility()`)
	})
	b.shows(".count.up .number", "2")
	b.shows(".count.down .number", "1")
	if !value[bool](b, "window.notLoadedAgain") {
		t.Error("the page was loaded again")
	}
	h.vote(id, "dan", "up")
	b.shows(".count.up .number", "3")
}

func TestTheOverlayIsTransparent(t *testing.T) {
	h := newHub(t)
	id := h.session("Friday")
	h.play(id, 31)
	h.vote(id, "ann", "up")
	b := newTab(t, h, stream)
	b.transparent()
	b.goTo(h.screen("overlay", id, ""))
	b.shows(".count.up .number", "1")
	b.picture("overlay")
	picture, err := png.Decode(bytes.NewReader(b.screenshot()))
	if err != nil {
		t.Fatal(err)
	}
	edge := picture.Bounds()
	for _, p := range [][2]int{{0, 0}, {edge.Max.X - 1, 0}, {0, edge.Max.Y - 1}, {edge.Max.X - 1, edge.Max.Y - 1}} {
		if _, _, _, alpha := picture.At(p[0], p[1]).RGBA(); alpha != 0 {
			t.Errorf("%v has alpha %d", p, alpha)
		}
	}
	if bars := value[bool](b, `document.documentElement.clientWidth < innerWidth || document.documentElement.clientHeight < innerHeight`); bars {
		t.Error("there are scrollbars")
	}
}
