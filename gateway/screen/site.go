package screen

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
)

//go:embed files
var embedded embed.FS

// page is the extension of pages; all other files are their assets.
const page = ".html"

// Pages maps the paths of pages to their files.
func Pages() map[string]string {
	return map[string]string{
		"/{$}":                 "console.html",
		"/screen/{sessionId}":  "screen.html",
		"/overlay/{sessionId}": "overlay.html",
		"/vote":                "vote.html",
		"/vote/{code}":         "vote.html",
	}
}

// Site is all pages and assets, ready to be served.
type Site struct {
	version string
	pages   map[string]*Document // by path
	parts   map[string]*Document // by name
}

// Open prepares the site once. It fails only if the embedded files are invalid.
var Open = sync.OnceValues(func() (*Site, error) {
	files, err := fs.Sub(embedded, "files")
	if err != nil {
		return nil, fmt.Errorf("screen: %w", err)
	}
	return open(files, Pages())
})

func open(files fs.FS, pages map[string]string) (*Site, error) {
	texts, version, err := read(files)
	if err != nil {
		return nil, fmt.Errorf("screen: %w", err)
	}
	s := &Site{version: version, pages: map[string]*Document{}, parts: map[string]*Document{}}
	for name, text := range texts {
		if path.Ext(name) == page {
			continue
		}
		if s.parts[name], err = NewDocument(name, text); err != nil {
			return nil, fmt.Errorf("screen: %s: %w", name, err)
		}
	}
	for at, name := range pages {
		if s.pages[at], err = NewDocument(name, placed(texts[name], at, version)); err != nil {
			return nil, fmt.Errorf("screen: %s: %w", name, err)
		}
	}
	return s, nil
}

// placed returns a page with relative URLs of its assets for its path.
func placed(text []byte, at, version string) []byte {
	up := strings.Repeat("../", strings.Count(at, "/")-1)
	return bytes.ReplaceAll(text, []byte("assets/VERSION/"), []byte(up+"assets/"+version+"/"))
}

// read returns all files by name, and a version that changes with any file.
func read(files fs.FS) (texts map[string][]byte, version string, err error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, "", err
	}
	texts, sum := map[string][]byte{}, sha256.New()
	for _, e := range entries { // in order of names
		if texts[e.Name()], err = fs.ReadFile(files, e.Name()); err != nil {
			return nil, "", err
		}
		fmt.Fprintf(sum, "%s %d\n%s", e.Name(), len(texts[e.Name()]), texts[e.Name()])
	}
	return texts, hex.EncodeToString(sum.Sum(nil)[:8]), nil
}

// Version returns the version of all assets.
func (s *Site) Version() string { return s.version }

// Page returns the page of a path in Pages.
func (s *Site) Page(at string) *Document { return s.pages[at] }

// Asset returns an asset by name, nil if there is none.
func (s *Site) Asset(name string) *Document { return s.parts[name] }
