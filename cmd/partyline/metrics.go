package main

import (
	"context"
	"net/http"
	"regexp"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"partyline/persistence"
)

// metrics collects the measurements of all packages, for one scraper.
type metrics struct {
	registry *prometheus.Registry
	provider *sdkmetric.MeterProvider
}

// newMetrics uses a registry of its own, so that nothing a library registers by itself
// appears.
func newMetrics() (*metrics, error) {
	registry := prometheus.NewRegistry()
	// Beside the usual metrics the live heap after the last collection: it distinguishes a leak from garbage.
	live := collectors.GoRuntimeMetricsRule{Matcher: regexp.MustCompile(`^/gc/heap/live:bytes$`)}
	registry.MustRegister(collectors.NewGoCollector(collectors.WithGoCollectorRuntimeMetrics(live)), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	exporter, err := otelprometheus.New(otelprometheus.WithRegisterer(registry),
		otelprometheus.WithoutScopeInfo(), otelprometheus.WithoutTargetInfo())
	if err != nil {
		return nil, err
	}
	return &metrics{registry: registry, provider: sdkmetric.NewMeterProvider(sdkmetric.WithReader(exporter))}, nil
}

func (m *metrics) meter() metric.Meter { return m.provider.Meter("partyline") }

// handler serves the Prometheus text format.
func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}

func (m *metrics) close(ctx context.Context) error { return m.provider.Shutdown(ctx) }

// Boundaries of histograms: a commit takes a third of a millisecond on a good disk
// and a second on a failing one, and holds one record or some thousands.
var (
	commitSeconds = []float64{0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5}
	commitRecords = []float64{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096}
)

// journalMetrics is the committer's observer.
type journalMetrics struct {
	duration metric.Float64Histogram
	records  metric.Int64Histogram
	bytes    metric.Int64Counter
	trimmed  metric.Int64Counter
	failures metric.Int64Counter
}

func newJournalMetrics(m metric.Meter) (*journalMetrics, error) {
	var j journalMetrics
	var err error
	if j.duration, err = m.Float64Histogram("partyline.journal.commit.duration", metric.WithUnit("s"),
		metric.WithDescription("Time of one commit with its sync"),
		metric.WithExplicitBucketBoundaries(commitSeconds...)); err != nil {
		return nil, err
	}
	if j.records, err = m.Int64Histogram("partyline.journal.commit.records",
		metric.WithDescription("Records written by one commit"),
		metric.WithExplicitBucketBoundaries(commitRecords...)); err != nil {
		return nil, err
	}
	if j.bytes, err = m.Int64Counter("partyline.journal.written", metric.WithUnit("By"),
		metric.WithDescription("Bytes of records made durable")); err != nil {
		return nil, err
	}
	if j.trimmed, err = m.Int64Counter("partyline.journal.trimmed", metric.WithUnit("By"),
		metric.WithDescription("Stored bytes of records that were removed; they leave the disk when their tables are merged")); err != nil {
		return nil, err
	}
	j.failures, err = m.Int64Counter("partyline.journal.failures",
		metric.WithDescription("Commits that failed, or were refused for lack of free space"))
	return &j, err
}

// observeWaiting reports how long the oldest write has waited for the disk: no other metric
// shows a disk that hangs.
func observeWaiting(m metric.Meter, j persistence.Journal) error {
	_, err := m.Float64ObservableGauge("partyline.journal.oldest_append", metric.WithUnit("s"),
		metric.WithDescription("How long the oldest append without an outcome has been waiting for the disk, 0 when none is"),
		metric.WithFloat64Callback(func(_ context.Context, o metric.Float64Observer) error {
			o.Observe(j.Waiting().Seconds())
			return nil
		}))
	return err
}

// Committed implements committer.Observer.
func (j *journalMetrics) Committed(records, bytes int, took time.Duration) {
	ctx := context.Background()
	j.duration.Record(ctx, took.Seconds())
	j.records.Record(ctx, int64(records))
	j.bytes.Add(ctx, int64(bytes))
}

// addTrimmed counts the bytes of removed records.
func (j *journalMetrics) addTrimmed(bytes int64) { j.trimmed.Add(context.Background(), bytes) }

// Failed implements committer.Observer.
func (j *journalMetrics) Failed(error) { j.failures.Add(context.Background(), 1) }
