package screen

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// maxWeight bounds what a page loads in all, in bytes, not packed: a phone on a bad
// network has it in a second.
const maxWeight = 150_000

var (
	inHTML = regexp.MustCompile(`(?:src|href)="(?:\.\./)*assets/[0-9a-f]{16}/([^"]+)"`)
	inCode = regexp.MustCompile(`(?m)(?:^import [^;]*?from |^import |^export [^;]*?from |import\()'\./([^']+)'`)
	inCSS  = regexp.MustCompile(`url\(([^)]+)\)`)
)

func site(t *testing.T) *Site {
	t.Helper()
	s, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// names are the files that a file loads.
func names(d *Document, name string) []string {
	var all []string
	pattern := inHTML
	switch {
	case strings.HasSuffix(name, ".js"):
		pattern = inCode
	case strings.HasSuffix(name, ".css"):
		pattern = inCSS
	case !strings.HasSuffix(name, ".html"):
		return nil
	}
	for _, m := range pattern.FindAllSubmatch(d.plain, -1) {
		all = append(all, string(m[1]))
	}
	return all
}

// TestPagesAreLight: a page with everything that it can load, also what only some
// readers need.
func TestPagesAreLight(t *testing.T) {
	s := site(t)
	for page, file := range Pages() {
		weight, seen := s.Page(page).Size(), map[string]bool{}
		rest := names(s.Page(page), file)
		for len(rest) > 0 {
			name := rest[0]
			rest = rest[1:]
			d := s.Asset(name)
			if d == nil {
				t.Errorf("%s: %s is not there", page, name)
				continue
			}
			if seen[name] {
				continue
			}
			seen[name] = true
			weight += d.Size()
			rest = append(rest, names(d, name)...)
		}
		t.Logf("%s: %d bytes in %d files", page, weight, len(seen))
		if weight > maxWeight || len(seen) < 4 {
			t.Errorf("%s: %d bytes in %d files", page, weight, len(seen))
		}
	}
}

// TestFilesKeepToThePolicy: nothing in a page that the policy would stop, nothing of
// other hosts, and in scripts no way from text to markup.
func TestFilesKeepToThePolicy(t *testing.T) {
	forbidden := map[string][]string{
		".html": {"<style", "style=", "onclick=", "onload=", "javascript:", "http:", "https:", "//", "<script>"},
		".css":  {"@import", "http:", "https:", "//"},
		".js":   {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "DOMParser", "eval(", "new Function", "http:", "https:"},
	}
	s := site(t)
	files := maps.Clone(s.parts)
	for at, name := range Pages() {
		files[name] = s.Page(at)
	}
	for name, d := range files {
		text := strings.ReplaceAll(string(d.plain), "http://www.w3.org/2000/svg", "")
		for _, word := range forbidden[name[strings.LastIndex(name, "."):]] {
			if strings.Contains(text, word) {
				t.Errorf("%s holds %q", name, word)
			}
		}
	}
}

func TestTheVersionChangesWithEveryFile(t *testing.T) {
	files := fstest.MapFS{
		"a.html": {Data: []byte(`<link href="assets/VERSION/a.css">`)},
		"a.css":  {Data: []byte("body{}")},
	}
	first := opened(t, files)
	for at, up := range map[string]string{"/{$}": "", "/a": "", "/a/{id}": "../", "/a/{id}/b": "../../"} {
		if got, want := string(first.Page(at).plain), fmt.Sprintf(`<link href="%sassets/%s/a.css">`, up, first.Version()); got != want {
			t.Errorf("%s: page %s, want %s", at, got, want)
		}
	}
	if first.Asset("a.html") != nil || first.Asset("a.css") == nil {
		t.Error("a page is no part, and a style sheet is one")
	}
	files["a.css"] = &fstest.MapFile{Data: []byte("body{} ")}
	if second := opened(t, files); second.Version() == first.Version() || second.Page("/a").tag == first.Page("/a").tag {
		t.Error("the version is the same")
	}
	files["a.exe"] = &fstest.MapFile{}
	if _, err := open(files, nil); err == nil {
		t.Error("a file of no known type was taken")
	}
}

func opened(t *testing.T, files fstest.MapFS) *Site {
	t.Helper()
	s, err := open(files, map[string]string{"/{$}": "a.html", "/a": "a.html", "/a/{id}": "a.html", "/a/{id}/b": "a.html"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestDocumentsAreServedAsBrowsersAsk(t *testing.T) {
	d, err := NewDocument("a.js", []byte(strings.Repeat("export const a = 1;\n", 100)))
	if err != nil {
		t.Fatal(err)
	}
	ask := func(method string, headers ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, "/", nil)
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		d.Serve(w, r, Forever)
		return w
	}
	plain, packed, head := ask(http.MethodGet), ask(http.MethodGet, "Accept-Encoding", "br, gzip"), ask(http.MethodHead)
	if plain.Body.Len() != d.Size() || plain.Header().Get("Content-Encoding") != "" {
		t.Errorf("plain: %d bytes, %v", plain.Body.Len(), plain.Header())
	}
	if packed.Body.Len() >= d.Size() || packed.Header().Get("Content-Encoding") != "gzip" || packed.Header().Get("Content-Length") != fmt.Sprint(packed.Body.Len()) {
		t.Errorf("packed: %d bytes, %v", packed.Body.Len(), packed.Header())
	}
	if head.Body.Len() != 0 || head.Header().Get("Content-Length") != fmt.Sprint(d.Size()) {
		t.Errorf("head: %d bytes, %v", head.Body.Len(), head.Header())
	}
	tag := plain.Header().Get("ETag")
	for _, has := range []string{tag, `"x", ` + tag, "*", strings.TrimPrefix(tag, "W/")} {
		if w := ask(http.MethodGet, "If-None-Match", has); w.Code != http.StatusNotModified || w.Body.Len() != 0 || w.Header().Get("ETag") != tag {
			t.Errorf("%s: %d with %d bytes", has, w.Code, w.Body.Len())
		}
	}
	if w := ask(http.MethodGet, "If-None-Match", `"another"`); w.Code != http.StatusOK {
		t.Errorf("another: %d", w.Code)
	}
	if !slices.Contains(plain.Header().Values("Vary"), "Accept-Encoding") {
		t.Errorf("Vary %v", plain.Header().Values("Vary"))
	}
}
