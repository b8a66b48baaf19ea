package gateway

import (
	"net/http"

	"partyline/gateway/rest"
)

// MetricsOptions are for an address that serves metrics alone.
type MetricsOptions = rest.MetricsOptions

// NewMetricsHandler serves GET /metrics on an address of its own. Who may reach that
// address is the operator's choice, so nothing is charged; but a page in a browser that
// reaches it may come from anywhere, so unknown host names are refused here, too.
func NewMetricsHandler(o MetricsOptions) http.Handler { return rest.NewMetricsHandler(o) }
