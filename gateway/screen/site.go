package screen

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"sync"
)

//go:embed files
var embedded embed.FS

// Pages are the paths that a page answers, with the file that it is.
func Pages() map[string]string {
	return map[string]string{
		"/{$}":                 "console.html",
		"/screen/{sessionId}":  "screen.html",
		"/overlay/{sessionId}": "overlay.html",
	}
}

// Site is all pages and their parts, ready to be served.
type Site struct {
	version string
	files   map[string]*Document
}

// Open makes the site ready, once for the whole program. It fails only when the program
// was built wrong.
var Open = sync.OnceValues(func() (*Site, error) {
	files, err := fs.Sub(embedded, "files")
	if err != nil {
		return nil, fmt.Errorf("screen: %w", err)
	}
	return open(files)
})

func open(files fs.FS) (*Site, error) {
	texts, version, err := read(files)
	if err != nil {
		return nil, fmt.Errorf("screen: %w", err)
	}
	s := &Site{version: version, files: map[string]*Document{}}
	for name, text := range texts {
		if path.Ext(name) == ".html" {
			text = bytes.ReplaceAll(text, []byte("assets/VERSION/"), []byte("assets/"+version+"/"))
		}
		if s.files[name], err = newDocument(name, text); err != nil {
			return nil, fmt.Errorf("screen: %s: %w", name, err)
		}
	}
	return s, nil
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

// Page is a page by its file's name; nil when there is none.
func (s *Site) Page(name string) *Document {
	if path.Ext(name) != ".html" {
		return nil
	}
	return s.files[name]
}

// Asset is a part of pages by its name; nil when there is none.
func (s *Site) Asset(name string) *Document {
	if path.Ext(name) == ".html" {
		return nil
	}
	return s.files[name]
}
