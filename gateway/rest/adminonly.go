package rest

import (
	"net/http"

	"partyline/gateway/auth"
	"partyline/protocol"
)

// adminsOnly lets requests of admins through to a handler of the program's.
func (s *Server) adminsOnly(h http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		rec := w.(*responseRecorder)
		who, invalid := s.auth.Identify(r)
		if err := auth.Authorize(who, invalid, protocol.AccessAdmin); err != nil {
			rec.refuse(err)
			return
		}
		rec.uncounted = true
		h.ServeHTTP(w, r)
	}
}
