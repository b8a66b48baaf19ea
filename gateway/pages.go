package gateway

import (
	"net/http"

	"partyline/gateway/screen"
	"partyline/protocol"
)

// pages are the paths that people open in a browser, and those of their parts.
func (g *Gateway) pages() map[string]http.HandlerFunc {
	all := map[string]http.HandlerFunc{
		"/assets/{version}/{file}": g.serveAsset,
		"/vote/{code}/link":        g.serveJoinLink,
		"/vote/{code}/qr.svg":      g.serveJoinQR,
	}
	for path := range screen.Pages() {
		page := g.site.Page(path)
		all[path] = func(w http.ResponseWriter, r *http.Request) { page.Serve(w, r, screen.Revalidate) }
	}
	return all
}

// serveAsset serves a part of pages. One of another version is asked for by a page that
// was loaded before this program started: it gets what there is, and keeps it for no one.
func (g *Gateway) serveAsset(w http.ResponseWriter, r *http.Request) {
	asset := g.site.Asset(r.PathValue("file"))
	if asset == nil {
		g.refuse(w.(*responseRecorder), protocol.Errorf(protocol.CodeNotFound, "Not found"))
		return
	}
	keep := screen.Revalidate
	if r.PathValue("version") == g.site.Version() {
		keep = screen.Forever
	}
	asset.Serve(w, r, keep)
}
