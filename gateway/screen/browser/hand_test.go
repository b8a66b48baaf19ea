//go:build browser

package browser_test

import "fmt"

// pressable finds a visible button by what it says.
const pressable = `[...document.querySelectorAll('dialog[open] button, dialog[open] a')].concat(document.querySelector('dialog[open]') ? [] : [...document.querySelectorAll('button, nav a')])
	.find((b) => b.checkVisibility() && (b.innerText.trim() === %[1]q || b.getAttribute('aria-label') === %[1]q))`

// press presses the first visible button that says so, in the dialog when there is one.
func (b *tab) press(text string) {
	b.t.Helper()
	button := fmt.Sprintf(pressable, text)
	b.until("(" + button + ")?.getAttribute('aria-disabled') === null && (" + button + ")")
	value[bool](b, "(() => { ("+button+").click(); return true; })()")
}

// fill puts text into the field of that name, as typing would.
func (b *tab) fill(name, text string) {
	b.t.Helper()
	field := fmt.Sprintf(`[...document.querySelectorAll('[name=%q]')].find((f) => f.checkVisibility())`, name)
	b.until(field)
	value[bool](b, fmt.Sprintf(`(() => { const f = %s; f.focus(); f.value = %q; f.dispatchEvent(new Event('input', {bubbles: true})); return true; })()`, field, text))
}

// says waits until the element's text contains the text.
func (b *tab) says(selector, text string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`[...document.querySelectorAll(%q)].some((e) => e.checkVisibility() && e.innerText.includes(%q))`, selector, text))
}
