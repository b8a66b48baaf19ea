package contract_test

import (
	"regexp"
	"strings"
	"testing"
)

var parts = regexp.MustCompile(`(?:src|href)="docs/([^"]+)"`)

// TestDocsPageLoadsOnlyOwnFiles: the page at /docs names nothing of another host, runs no
// inline script, forbids both by its policy, and all its parts are there.
func TestDocsPageLoadsOnlyOwnFiles(t *testing.T) {
	t.Parallel()
	h := newTestServer(t, checker(t), options{})
	a := h.ask("docs", nil)
	a.want(200)
	policy := a.header.Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'; script-src 'self'; style-src 'self';") || strings.Contains(policy, "http") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %q", policy)
	}
	found := parts.FindAllSubmatch(a.body, -1)
	if n := strings.Count(string(a.body), "src=") + strings.Count(string(a.body), "href="); len(found) != 3 || n != 3 {
		t.Errorf("%d parts, %d of them ours: %s", n, len(found), a.body)
	}
	for _, m := range found {
		h.ask("docs.file", params{"file": string(m[1])}).want(200)
	}
	start := h.ask("docs.file", params{"file": "start.js"})
	if strings.Contains(string(start.body), "http") || !strings.Contains(string(start.body), "validatorUrl: null") {
		t.Errorf("%s", start.body)
	}
}
