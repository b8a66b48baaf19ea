package gateway

import (
	"net/http"
	"time"

	"partyline/protocol"
)

// sell serves what is no operation, such as a page, if the address has not used up its
// budget. Who asks whether the process lives is answered in any case, because a
// supervisor that is refused would end what lives; over the budget it waits for it.
func (g *Gateway) serveCharged(a budget, x *responseRecorder, r *http.Request, serve func()) {
	paid, over := g.requestLimits.reservePath(a, g.proxies.Client(r), time.Now())
	switch {
	case over != nil && a == probeBudget:
		x.delay()
	case over != nil:
		g.refuse(x, over)
		return
	}
	serve()
	g.requestLimits.settle(paid, x.cost(), time.Now())
}

// turnAway refuses what leads nowhere. It costs what a page does.
func (g *Gateway) refuseCharged(x *responseRecorder, r *http.Request, e *protocol.Error) {
	g.serveCharged(pageBudget, x, r, func() { g.refuse(x, e) })
}
