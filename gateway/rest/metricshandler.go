package rest

import (
	"net/http"

	"github.com/rs/zerolog"

	"partyline/gateway/api"
	"partyline/protocol"
)

// MetricsOptions are for an address that serves metrics alone.
type MetricsOptions struct {
	// Metrics writes the measurements.
	Metrics http.Handler
	// AllowHosts are names by which it may be asked, as in Options.
	AllowHosts []string
	Log        zerolog.Logger
}

// metricsHandler serves /metrics and nothing else.
type metricsHandler struct {
	metrics http.Handler
	hosts   hosts
}

// NewMetricsHandler serves GET /metrics on an address of its own. Who may reach that
// address is the operator's choice, so nothing is charged; but a page in a browser that
// reaches it may come from anywhere, so unknown host names are refused here, too.
func NewMetricsHandler(o MetricsOptions) http.Handler {
	return &metricsHandler{metrics: o.Metrics, hosts: newHosts(o.AllowHosts, "", nil, o.Log)}
}

func (h *metricsHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	setHeaders(w.Header(), r, []string{requestID(r)})
	switch err := h.hosts.check(r); {
	case err != nil:
		answerBare(w, api.ErrorResponse(err))
	case r.URL.Path != "/metrics":
		answerBare(w, api.ErrorResponse(protocol.Errorf(protocol.CodeNotFound, "Not found")))
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		answerBare(w, api.ErrorResponse(protocol.Errorf(protocol.CodeMethod, "Method not allowed")))
	default:
		h.metrics.ServeHTTP(w, r)
	}
}
