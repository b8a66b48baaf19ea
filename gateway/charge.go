package gateway

import (
	"net/http"
	"time"

	"partyline/gateway/limit"
	"partyline/protocol"
)

// sell serves what is no operation, such as a page, if the address has not used up its
// budget. Who asks whether the process lives is answered in any case, because a
// supervisor that is refused would end what lives; over the budget it waits for it.
func (g *Gateway) serveCharged(a limit.Budget, x *responseRecorder, r *http.Request, serve func()) {
	paid, over := g.requestLimits.ReservePath(a, g.proxies.Client(r), time.Now())
	switch {
	case over != nil && a == limit.ProbeBudget:
		x.delay()
	case over != nil:
		g.refuse(x, over)
		return
	}
	serve()
	g.requestLimits.Settle(paid, x.cost(), time.Now())
}

// turnAway refuses what leads nowhere. It costs what a page does.
func (g *Gateway) refuseCharged(x *responseRecorder, r *http.Request, e *protocol.Error) {
	g.serveCharged(limit.PageBudget, x, r, func() { g.refuse(x, e) })
}
