package gateway

import "partyline/gateway/api"

// Hub is all that the gateway asks of the hub; *actors.Hub satisfies it.
type Hub = api.Hub
