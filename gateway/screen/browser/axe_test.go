//go:build browser

package browser_test

import (
	"fmt"
	"os"
	"strings"
	"sync"
)

var axeSource = sync.OnceValues(func() (string, error) {
	b, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	return string(b), err
})

// violation is a rule of axe-core that the page breaks, and where.
type violation struct {
	ID, Impact, Help string
	Nodes            []struct {
		HTML           string
		FailureSummary string
	}
}

// settled ends when nothing on the page is on its way any more: what fades in is too
// pale for anybody until it is there. What pulses without an end is not waited for.
const settled = `Promise.allSettled(document.getAnimations()
	.filter((a) => a.effect.getComputedTiming().endTime < Infinity).map((a) => a.finished))`

// accessible lets axe-core look at the page as it is when it has come to rest. It comes
// in by the debugger: the page's own policy would not let it.
func (b *tab) accessible() {
	b.t.Helper()
	source, err := axeSource()
	if err != nil {
		b.t.Fatalf("axe-core: %v: npm ci in gateway/screen", err)
	}
	value[any](b, source+"; 0")
	result := value[struct {
		Violations []violation
		Passes     int
	}](b, settled+`.then(() => axe.run(document)).then((r) => ({violations: r.violations, passes: r.passes.length}))`)
	if result.Passes < 5 {
		b.t.Errorf("axe-core has looked at %d rules", result.Passes)
	}
	for _, v := range result.Violations {
		var where strings.Builder
		for _, n := range v.Nodes {
			fmt.Fprintf(&where, "\n  %s\n  %s", n.HTML, n.FailureSummary)
		}
		if v.Impact == "serious" || v.Impact == "critical" {
			b.t.Errorf("%s: %s (%s)%s", v.ID, v.Help, v.Impact, where.String())
		} else {
			b.t.Logf("%s: %s (%s)%s", v.ID, v.Help, v.Impact, where.String())
		}
	}
}
