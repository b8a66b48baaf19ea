package gateway_test

import (
	"testing"
	"time"

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
	h := newTestServer(t, func(o *gateway.Options) { o.Meter = provider.Meter("test") })
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
	want := map[string]uint64{
		"http.server.request.duration http.request.method=GET,http.response.status_class=2xx,http.route=/api/games/{id}": 2,
		"http.server.request.duration http.request.method=GET,http.response.status_class=4xx,http.route=/api/games/{id}": 1,
		"http.server.request.duration http.request.method=GET,http.response.status_class=4xx,http.route=":                2,
		"http.server.request.duration http.request.method=_OTHER,http.response.status_class=4xx,http.route=/api/games":   1,
		"http.server.active_requests": 0,
		"partyline.socket.request.duration http.response.status_class=2xx,op=games.get": 1,
		"partyline.socket.request.duration http.response.status_class=4xx,op=unknown":   1,
	}
	// The last are counted when their answers are on the way already.
	var counts map[string]uint64
	fits := func() bool {
		counts = collect(t, reader)
		for name, n := range want {
			if counts[name] != n {
				return false
			}
		}
		return counts["partyline.socket.refused"] > 0
	}
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for tooLate := time.Now().Add(patience); !fits(); <-look.C {
		if time.Now().After(tooLate) {
			t.Fatalf("%v, want refused messages and %v", counts, want)
		}
	}
}

// collect reads the histograms' counts by name and attributes, and the sums by name.
func collect(t *testing.T, reader sdk.Reader) map[string]uint64 {
	t.Helper()
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
	return counts
}
