//go:build browser

package browser_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// size is of a viewport, in CSS pixels.
type size struct{ width, height int64 }

var (
	phone   = size{390, 844}
	desktop = size{1440, 900}
	stream  = size{1920, 1080}
)

// kind is what else a device of that size is: a phone has fingers and no scrollbars.
func (s size) kind() []chromedp.EmulateViewportOption {
	if s == phone {
		return []chromedp.EmulateViewportOption{chromedp.EmulateMobile, chromedp.EmulateTouch}
	}
	return nil
}

// tab is one page in a profile of its own. What goes wrong in it fails the test.
type tab struct {
	t   *testing.T
	ctx context.Context
	own string // the start of every URL that it may ask for

	mu     sync.Mutex
	outage bool // the server is known to be away: failed connections are no fault
	status int  // an answer that is wanted, and that Chromium logs as an error
}

// open opens an address of the hub.
func open(t *testing.T, h *hub, s size, url string) *tab {
	t.Helper()
	b := newTab(t, h, s)
	b.goTo(url)
	return b
}

func newTab(t *testing.T, h *hub, s size) *tab {
	t.Helper()
	b := &tab{t: t, own: "://" + h.addr + "/"}
	ctx, cancel := chromedp.NewContext(chrome, chromedp.WithNewBrowserContext(), chromedp.WithListener(b.notice))
	t.Cleanup(cancel)
	b.ctx = ctx
	// The tab lives as long as the context of the first call, so that has no deadline.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.EmulateViewport(s.width, s.height, s.kind()...))
	return b
}

func (b *tab) goTo(url string) {
	b.t.Helper()
	b.do(chromedp.Navigate(url))
}

// reload loads the page anew and returns when the new one is there. A script that does so
// may be cut off by it.
func (b *tab) reload() {
	b.t.Helper()
	b.do(chromedp.Reload())
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	for _, step := range steps {
		run(b, step)
	}
}

// run runs one action, within bounds.
func run[T any](b *tab, action chromedp.Action[T]) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, action)
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

// call sends the browser a command, within bounds.
func call[P, R any](b *tab, command cdp.Command[P, R], params P) R {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Call(ctx, command, params)
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

// notice is called with every event of the tab.
func (b *tab) notice(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.fault("exception: %s", describe(e.ExceptionDetails))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			b.fault("console: %s", describe(e.Args))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level != log.EntryLevelError && e.Entry.Level != log.EntryLevelWarning {
			return
		}
		if b.away() && (strings.Contains(e.Entry.Text, "ERR_CONNECTION") || strings.Contains(e.Entry.Text, "503")) {
			return
		}
		if b.wanted(e.Entry.Text) {
			return
		}
		b.fault("%s: %s (%s)", e.Entry.Source, e.Entry.Text, e.Entry.URL)
	case *network.EventRequestWillBeSent:
		if url := e.Request.URL; !strings.Contains(url, b.own) && !strings.HasPrefix(url, "data:") {
			b.fault("it asks %s", url)
		}
	}
}

func (b *tab) fault(format string, args ...any) {
	b.t.Errorf("in the page: "+format, args...)
}

func (b *tab) away() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.outage
}

// during says that the server is away while do runs.
func (b *tab) during(do func()) {
	b.mu.Lock()
	b.outage = true
	b.mu.Unlock()
	do()
	b.mu.Lock()
	b.outage = false
	b.mu.Unlock()
}

// told says that the server answers with that status while do runs.
func (b *tab) told(status int, do func()) {
	b.mu.Lock()
	b.status = status
	b.mu.Unlock()
	do()
	b.mu.Lock()
	b.status = 0
	b.mu.Unlock()
}

func (b *tab) wanted(entry string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.status != 0 && strings.Contains(entry, fmt.Sprintf("status of %d", b.status))
}

func describe(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// value is what an expression is in the page, promises awaited.
func value[T any](b *tab, expression string) T {
	b.t.Helper()
	return run(b, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// until waits until the expression is true in the page. It is looked at again and again
// by the page itself, whose policy does not allow what chromedp.Poll does.
func (b *tab) until(expression string) {
	b.t.Helper()
	ok := value[bool](b, fmt.Sprintf(`(async () => {
		const end = performance.now() + %d;
		while (performance.now() < end) {
			if (%s) return true;
			await new Promise((again) => setTimeout(again, 5));
		}
		return false;
	})()`, (patience-patience/4).Milliseconds(), expression))
	if !ok {
		b.picture("failed-" + b.t.Name())
		b.t.Fatalf("never: %s\n%s", expression, value[string](b, "document.body.innerText"))
	}
}

// shows waits until the element shows the text, as people see it.
func (b *tab) shows(selector, text string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`(() => { const e = document.querySelector(%q); return e && e.checkVisibility() && e.innerText.trim() === %q; })()`, selector, text))
}

// text is what the element holds.
func (b *tab) text(selector string) string {
	b.t.Helper()
	return value[string](b, fmt.Sprintf(`document.querySelector(%q).innerText.trim()`, selector))
}

// visible says whether people see the element.
func (b *tab) visible(selector string) bool {
	b.t.Helper()
	return value[bool](b, fmt.Sprintf(`document.querySelector(%q)?.checkVisibility() ?? false`, selector))
}

func (b *tab) click(selector string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// types replaces what a field holds, key by key.
func (b *tab) types(selector, text string) {
	b.t.Helper()
	b.do(chromedp.Clear(chromedp.CSS(selector), chromedp.NodeVisible), chromedp.SendKeys(chromedp.CSS(selector), text))
}

// keys presses keys, one after the other.
func (b *tab) keys(all string) {
	b.t.Helper()
	for _, key := range all {
		b.do(chromedp.KeyEvent(string(key)))
	}
}

// prefer sets media features such as "prefers-color-scheme": pairs of names and values.
func (b *tab) prefer(features ...string) {
	b.t.Helper()
	var all []*emulation.MediaFeature
	for i := 0; i+1 < len(features); i += 2 {
		all = append(all, &emulation.MediaFeature{Name: features[i], Value: features[i+1]})
	}
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: all})
}

// screenshot is the viewport as PNG.
func (b *tab) screenshot() []byte {
	b.t.Helper()
	return run(b, chromedp.CaptureScreenshot())
}

// picture keeps a screenshot for people to look at, when they have asked for it.
func (b *tab) picture(name string) {
	b.t.Helper()
	if *shots == "" {
		return
	}
	if err := os.MkdirAll(*shots, 0o700); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*shots, strings.ReplaceAll(name, "/", "-")+".png"), b.screenshot(), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// transparent has nothing behind the page, as in OBS.
func (b *tab) transparent() {
	b.t.Helper()
	almost := &cdp.RGBA{A: 1e-6} // 0 would be left out, and that means 1
	call(b, emulation.SetDefaultBackgroundColorOverride, emulation.SetDefaultBackgroundColorOverrideParams{Color: almost})
}
