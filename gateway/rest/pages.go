package rest

import (
	"net/http"

	"partyline/gateway/screen"
	"partyline/protocol"
)

// pages serve what people look at in a browser, and the descriptions of the API.
type pages struct {
	site  *screen.Site
	links links
}

// routes are the paths that people open in a browser, and those of their parts.
func (p *pages) routes() map[string]http.HandlerFunc {
	all := map[string]http.HandlerFunc{
		"/assets/{version}/{file}": p.serveAsset,
		"/vote/{code}/link":        p.serveJoinLink,
		"/vote/{code}/qr.svg":      p.serveJoinQR,
	}
	for path := range screen.Pages() {
		page := p.site.Page(path)
		all[path] = func(w http.ResponseWriter, r *http.Request) { page.Serve(w, r, screen.Revalidate) }
	}
	return all
}

// serveAsset serves a file that pages load. One of another version is requested by a page
// that was loaded before this program started: it gets the present file, which must not
// be cached.
func (p *pages) serveAsset(w http.ResponseWriter, r *http.Request) {
	asset := p.site.Asset(r.PathValue("file"))
	if asset == nil {
		w.(*responseRecorder).refuse(protocol.Errorf(protocol.CodeNotFound, "Not found"))
		return
	}
	keep := screen.Revalidate
	if r.PathValue("version") == p.site.Version() {
		keep = screen.Forever
	}
	asset.Serve(w, r, keep)
}
