package screen

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

// Policy is the Content-Security-Policy of every page: it runs, loads and asks nothing
// but this server's own files ('self' holds for the WebSocket too), is in nobody's frame,
// and no script can turn text into markup.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types 'none'"

// What browsers are told about keeping documents: a page is asked for again, at the cost
// of a 304; a part under its version never changes.
const (
	Revalidate = "no-cache"
	Forever    = "public, max-age=31536000, immutable"
)

// kinds are the types of the files that a site may have.
var kinds = map[string]string{
	".html":  "text/html; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".css":   "text/css; charset=utf-8",
	".svg":   "image/svg+xml; charset=utf-8",
	".woff2": "font/woff2",
	".txt":   "text/plain; charset=utf-8",
	".yaml":  "application/yaml",
	".json":  "application/json; charset=utf-8",
}

var errKind = errors.New("no such type of file")

// Document is one file with what HTTP wants to know of it. It never changes.
type Document struct {
	kind, tag     string
	policy        string // its Content-Security-Policy, empty for what is no page
	plain, packed []byte // packed is nil where packing gains nothing, plain where unpack makes it
	unpack        func() []byte
}

// NewDocument makes a document of a text, packed once. The end of its name says what it
// is; one that kinds does not know is an error.
func NewDocument(name string, text []byte) (*Document, error) {
	d, err := describe(name, text)
	if err != nil {
		return nil, err
	}
	d.plain = text
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	_, _ = z.Write(text) // into memory
	if err := z.Close(); err != nil {
		return nil, err
	}
	if b.Len() < len(text) {
		d.packed = b.Bytes()
	}
	return d, nil
}

// OpenPacked makes a document of a text that is gzip already. It is unpacked for the first
// client that cannot do so itself, and kept: to unpack a megabyte takes ten milliseconds.
func OpenPacked(name string, packed []byte) (*Document, error) {
	d, err := describe(name, packed)
	if err != nil {
		return nil, err
	}
	d.packed = packed
	d.unpack = sync.OnceValue(func() []byte {
		z, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			panic(err) // the program was built wrong
		}
		text, err := io.ReadAll(z)
		if err != nil {
			panic(err)
		}
		return text
	})
	return d, nil
}

func describe(name string, content []byte) (*Document, error) {
	kind := kinds[path.Ext(name)]
	if kind == "" {
		return nil, errKind
	}
	sum := sha256.Sum256(content)
	d := &Document{kind: kind, tag: `W/"` + hex.EncodeToString(sum[:8]) + `"`}
	if path.Ext(name) == page {
		d.policy = Policy
	}
	return d, nil
}

// WithPolicy is the document with another Content-Security-Policy.
func (d *Document) WithPolicy(policy string) *Document {
	other := *d
	other.policy = policy
	return &other
}

// Size is the document's length in bytes, as it is used.
func (d *Document) Size() int { return len(d.plain) }

// Serve answers a GET or HEAD: 304 to who has the document, else the document, packed
// for who can unpack it. keep is the Cache-Control.
func (d *Document) Serve(w http.ResponseWriter, r *http.Request, keep string) {
	h := w.Header()
	h.Set("Cache-Control", keep)
	h.Set("ETag", d.tag)
	h.Add("Vary", "Accept-Encoding")
	if d.policy != "" {
		h.Set("Content-Security-Policy", d.policy)
	}
	if has := r.Header.Get("If-None-Match"); has == "*" || strings.Contains(has, d.tag[2:]) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := d.plain
	switch {
	case d.packed != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip"):
		h.Set("Content-Encoding", "gzip")
		body = d.packed
	case d.unpack != nil:
		body = d.unpack()
	}
	h.Set("Content-Type", d.kind)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // a client that is gone needs no answer
	}
}
