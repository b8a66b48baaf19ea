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

// Policy is the Content-Security-Policy of every page: only this server's own files and
// WebSocket ('self'), no framing, and no markup from strings.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types 'none'"

// Cache-Control values: pages are revalidated, which usually costs a 304; files under their
// version never change.
const (
	Revalidate = "no-cache"
	Forever    = "public, max-age=31536000, immutable"
)

// kinds maps file extensions to media types.
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

// Document is an immutable file with its HTTP headers.
type Document struct {
	kind, tag     string
	policy        string // Content-Security-Policy, empty unless it is a page
	plain, packed []byte // packed is nil if compression gains nothing, plain if unpack provides it
	unpack        func() []byte
}

// NewDocument creates a document and compresses it once. The extension of name must be in
// kinds.
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

// OpenPacked creates a document from gzip data. It is decompressed for the first client
// without gzip and then kept, because a megabyte takes ten milliseconds.
func OpenPacked(name string, packed []byte) (*Document, error) {
	d, err := describe(name, packed)
	if err != nil {
		return nil, err
	}
	d.packed = packed
	d.unpack = sync.OnceValue(func() []byte {
		z, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			panic(err) // invalid embedded data
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

// WithPolicy returns the document with another Content-Security-Policy.
func (d *Document) WithPolicy(policy string) *Document {
	other := *d
	other.policy = policy
	return &other
}

// Size returns the uncompressed size in bytes.
func (d *Document) Size() int { return len(d.plain) }

// Serve answers a GET or HEAD with 304 if the client has the document, otherwise with the
// document, compressed if the client accepts gzip. keep is the Cache-Control.
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
		_, _ = w.Write(body) // the client may have disconnected
	}
}
