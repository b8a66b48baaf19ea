package gateway_test

import (
	"testing"

	"go.opentelemetry.io/otel/attribute"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"partyline/gateway"
)

// TestMeasurements: requests are counted by route and class, never by what clients
// make up.
func TestMeasurements(t *testing.T) {
	t.Parallel()
	reader := sdk.NewManualReader()
	provider := sdk.NewMeterProvider(sdk.WithReader(reader))
	h := newHouse(t, func(o *gateway.Options) { o.Meter = provider.Meter("test") })
	for _, path := range []string{"/api/games/1", "/api/games/2", "/api/games/999", "/made/up", "/made/up/too"} {
		h.send("GET", path, "", nil)
	}
	h.send("BREW", "/api/games", "", nil).want(t, 405, "", "")
	eager := h.dial()
	for range 200 {
		eager.say(params{"type": "ping"})
		eager.hear()
	}
	k := h.dial()
	k.auth(h.admin())
	k.request("games.get", params{"id": 1})
	k.request("made.up", nil)
	k.request("stats.get", nil)
	var all metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	counts := map[string]uint64{}
	for _, m := range all.ScopeMetrics[0].Metrics {
		if histogram, ok := m.Data.(metricdata.Histogram[float64]); ok {
			for _, p := range histogram.DataPoints {
				counts[m.Name+" "+p.Attributes.Encoded(attribute.DefaultEncoder())] = p.Count
			}
		}
		if sum, ok := m.Data.(metricdata.Sum[int64]); ok && len(sum.DataPoints) == 1 {
			counts[m.Name] = uint64(sum.DataPoints[0].Value)
		}
	}
	if counts["partyline.socket.refused"] == 0 {
		t.Error("messages over the limit are not counted")
	}
	for name, want := range map[string]uint64{
		"http.server.request.duration http.request.method=GET,http.response.status_class=2xx,http.route=/api/games/{id}": 2,
		"http.server.request.duration http.request.method=GET,http.response.status_class=4xx,http.route=/api/games/{id}": 1,
		"http.server.request.duration http.request.method=GET,http.response.status_class=4xx,http.route=":                2,
		"http.server.request.duration http.request.method=_OTHER,http.response.status_class=4xx,http.route=/api/games":   1,
		"http.server.active_requests": 0,
		"partyline.socket.request.duration http.response.status_class=2xx,op=games.get": 1,
		"partyline.socket.request.duration http.response.status_class=4xx,op=unknown":   1,
	} {
		if counts[name] != want {
			t.Errorf("%s is %d, want %d; all: %v", name, counts[name], want, counts)
		}
	}
}
