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

// page is how the name of a page ends; all other files are parts of pages.
const page = ".html"

// Pages are the paths that a page answers, with the file that it is.
func Pages() map[string]string {
	return map[string]string{
		"/{$}":                 "console.html",
		"/screen/{sessionId}":  "screen.html",
		"/overlay/{sessionId}": "overlay.html",
		"/vote":                "vote.html",
		"/vote/{code}":         "vote.html",
	}
}

// Site is all pages and their parts, ready to be served.
type Site struct {
	version string
	pages   map[string]*Document // by path
	parts   map[string]*Document // by name
}

// Open makes the site ready, once for the whole program. It fails only when the program
// was built wrong.
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

// placed is a page with the addresses of its parts as they are seen from its path.
func placed(text []byte, at, version string) []byte {
	up := strings.Repeat("../", strings.Count(at, "/")-1)
	return bytes.ReplaceAll(text, []byte("assets/VERSION/"), []byte(up+"assets/"+version+"/"))
}

// read returns all files by name, and a version that changes with any of them.
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

// Version names the parts of all pages as they are in this program.
func (s *Site) Version() string { return s.version }

// Page is the page of a path of Pages.
func (s *Site) Page(at string) *Document { return s.pages[at] }

// Asset is a part of pages by its name; nil when there is none.
func (s *Site) Asset(name string) *Document { return s.parts[name] }
