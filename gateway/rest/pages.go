package rest

import (
	"net/http"

	"partyline/gateway/screen"
	"partyline/protocol"
)

// pages are the paths that people open in a browser, and those of their parts.
func (s *Server) pages() map[string]http.HandlerFunc {
	all := map[string]http.HandlerFunc{
		"/assets/{version}/{file}": s.serveAsset,
		"/vote/{code}/link":        s.serveJoinLink,
		"/vote/{code}/qr.svg":      s.serveJoinQR,
	}
	for path := range screen.Pages() {
		page := s.site.Page(path)
		all[path] = func(w http.ResponseWriter, r *http.Request) { page.Serve(w, r, screen.Revalidate) }
	}
	return all
}

// serveAsset serves a file that pages load. One of another version is requested by a page
// that was loaded before this program started: it gets the present file, which must not
// be cached.
func (s *Server) serveAsset(w http.ResponseWriter, r *http.Request) {
	asset := s.site.Asset(r.PathValue("file"))
	if asset == nil {
		s.refuse(w.(*responseRecorder), protocol.Errorf(protocol.CodeNotFound, "Not found"))
		return
	}
	keep := screen.Revalidate
	if r.PathValue("version") == s.site.Version() {
		keep = screen.Forever
	}
	asset.Serve(w, r, keep)
}
