package api

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
)

// Metrics are the instruments of requests, named as OpenTelemetry's semantic conventions
// have them.
type Metrics struct {
	duration metric.Float64Histogram
	active   atomic.Int64
	requests metric.Float64Histogram
	Refused  metric.Int64Counter

	mu   sync.RWMutex
	sets map[label][]metric.RecordOption
}

// label tells measurements apart. Each part has few values whatever clients send: routes
// are of the table, other methods count as one.
type label struct {
	method, route string
	class         int // status / 100
}

func NewMetrics(m metric.Meter) (*Metrics, error) {
	if m == nil {
		m = noop.NewMeterProvider().Meter("")
	}
	s := &Metrics{sets: make(map[label][]metric.RecordOption)}
	var err [4]error
	seconds := metric.WithExplicitBucketBoundaries(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
	s.duration, err[0] = m.Float64Histogram("http.server.request.duration", metric.WithUnit("s"), metric.WithDescription("Duration of HTTP requests"), seconds)
	_, err[1] = m.Int64ObservableUpDownCounter("http.server.active_requests", metric.WithUnit("{request}"), metric.WithDescription("HTTP requests being answered"),
		metric.WithInt64Callback(func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(s.active.Load())
			return nil
		}))
	s.requests, err[2] = m.Float64Histogram("partyline.socket.request.duration", metric.WithUnit("s"), metric.WithDescription("Duration of WebSocket request frames"), seconds)
	s.Refused, err[3] = m.Int64Counter("partyline.socket.refused", metric.WithUnit("{message}"), metric.WithDescription("WebSocket messages over a limit"))
	for _, e := range err {
		if e != nil {
			return nil, fmt.Errorf("instruments: %w", e)
		}
	}
	return s, nil
}

func (s *Metrics) Begin() { s.active.Add(1) }

// End measures without the request's context, which would be searched for a trace.
func (s *Metrics) End(method, route string, status int, took time.Duration) {
	s.active.Add(-1)
	s.duration.Record(context.Background(), took.Seconds(), s.set(label{method: knownMethod(method), route: route, class: status / 100})...)
}

// Frame counts a response by WebSocket.
func (s *Metrics) Frame(op string, status int, took time.Duration) {
	s.requests.Record(context.Background(), took.Seconds(), s.set(label{route: op, class: status / 100})...)
}

// set is the label's attributes, made once.
func (s *Metrics) set(l label) []metric.RecordOption {
	s.mu.RLock()
	o, ok := s.sets[l]
	s.mu.RUnlock()
	if ok {
		return o
	}
	o = []metric.RecordOption{metric.WithAttributeSet(l.attributes())}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sets[l] = o
	return o
}

func (l label) attributes() attribute.Set {
	class := attribute.String("http.response.status_class", fmt.Sprintf("%dxx", l.class))
	if l.method == "" {
		return attribute.NewSet(attribute.String("op", l.route), class)
	}
	return attribute.NewSet(attribute.String("http.request.method", l.method), attribute.String("http.route", l.route), class)
}

func knownMethod(method string) string {
	switch method {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
		return method
	}
	return "_OTHER"
}
