package webhooks_test

import (
	"testing"

	"partyline/loadtest/target"
	"partyline/loadtest/webhooks"
)

func TestMeasurementsCountEveryDelivery(t *testing.T) {
	server, err := target.Build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	f, err := webhooks.Bench(t.Context(), webhooks.BenchOptions{Program: target.Program{Binary: server, Output: t.Output()}, Rounds: 1, One: 50, Fifty: 4, Idle: 4, Half: 4})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Err(); err != nil {
		t.Error(err)
	}
	for i, want := range []int{50, 200, 4, 80, 40} {
		b := f.Benchmarks[i]
		got := b.Runs[0]
		if got.Deliveries != want || int(got.Latency.Count) != want || b.Rate != got.Rate || b.Rate <= 0 || b.P50 <= 0 {
			t.Errorf("%s: %+v, want %d deliveries", b.Name, b, want)
		}
	}
}
