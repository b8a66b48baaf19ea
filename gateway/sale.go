package gateway

import (
	"net/http"
	"time"

	"partyline/protocol"
)

// sell serves what is no operation, such as a page, if the address has not used up its
// budget. Who asks whether the process lives is answered in any case, because a
// supervisor that is refused would end what lives; over the budget it waits for it.
func (g *Gateway) sell(a account, x *exchange, r *http.Request, serve func()) {
	paid, over := g.payers.chargeAddress(a, g.proxies.client(r), time.Now())
	switch {
	case over != nil && a == byProbe:
		x.pause()
	case over != nil:
		g.refuse(x, over)
		return
	}
	serve()
	g.payers.settle(paid, x.cost(), time.Now())
}

// turnAway refuses what leads nowhere. It costs what a page does.
func (g *Gateway) turnAway(x *exchange, r *http.Request, e *protocol.Error) {
	g.sell(byPage, x, r, func() { g.refuse(x, e) })
}
