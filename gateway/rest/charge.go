package rest

import (
	"net/http"
	"time"

	"partyline/gateway/limit"
	"partyline/protocol"
)

// serveCharged serves what is no operation, such as a page, if the address has not used
// up its budget. Probes are answered in any case, because a supervisor that is refused
// would end a process that lives; over the budget they wait.
func (s *Server) serveCharged(a limit.Budget, rec *responseRecorder, r *http.Request, serve func()) {
	paid, over := s.requestLimits.ReservePath(a, s.proxies.Client(r), time.Now())
	switch {
	case over != nil && a == limit.ProbeBudget:
		rec.delay()
	case over != nil:
		rec.refuse(over)
		return
	}
	serve()
	s.requestLimits.Settle(paid, rec.cost(), time.Now())
}

// refuseCharged refuses a path that leads nowhere. It costs what a page does.
func (s *Server) refuseCharged(rec *responseRecorder, r *http.Request, e *protocol.Error) {
	s.serveCharged(limit.PageBudget, rec, r, func() { rec.refuse(e) })
}
