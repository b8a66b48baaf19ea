package gateway

import (
	"golang.org/x/time/rate"

	"partyline/protocol"
)

// pace is what one WebSocket may ask of the server.
type socketLimit struct {
	// perSecond and burst bound its messages.
	perSecond rate.Limit
	burst     int
	// inFlight bounds its requests that are not answered yet.
	inFlight int
}

// paces by role. Somebody without a token only has to say auth. A viewer is a screen:
// it asks when it starts and then listens. A bot carries the votes of a whole chat,
// and its pace is held by the answers it waits for, so the limit is there only
// against one that waits for none. A guest is one person with one thumb.
var socketLimits = map[protocol.Role]socketLimit{
	"":                  {perSecond: 5, burst: 20},
	protocol.RoleGuest:  {perSecond: 10, burst: 100, inFlight: 8},
	protocol.RoleViewer: {perSecond: 200, burst: 400, inFlight: 64},
	protocol.RoleBot:    {perSecond: 100_000, burst: 20_000, inFlight: 1024},
	protocol.RoleAdmin:  {perSecond: 100_000, burst: 20_000, inFlight: 1024},
}

// A socket that goes on sending over its limit is closed: each refusal costs an
// answer too. The patience refills at the rate and is worth the burst.
const (
	violationRate  = 10
	violationBurst = 1000
)
