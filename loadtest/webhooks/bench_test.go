package webhooks_test

import (
	"os"
	"testing"

	"partyline/loadtest/receiver"
	"partyline/loadtest/target"
	"partyline/loadtest/webhooks"
)

func TestMain(m *testing.M) {
	receiver.Child()
	os.Exit(m.Run())
}

func TestMeasurementsCountEveryDelivery(t *testing.T) {
	server, err := target.Build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	f, err := webhooks.Bench(t.Context(), webhooks.BenchOptions{Binary: server, Output: t.Output(), Rounds: 1, One: 50, Fifty: 4, Idle: 4, Half: 4})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Err(); err != nil {
		t.Error(err)
	}
	for name, c := range map[string]struct {
		scene webhooks.Scene
		want  int
	}{"one": {f.One, 50}, "fifty": {f.Fifty, 200}, "idle": {f.Idle, 4}, "healthy": {f.Healthy, 80}, "hanging": {f.Hanging, 40}} {
		got := c.scene.Runs[0]
		if got.Deliveries != c.want || int(got.Latency.Count) != c.want || c.scene.Rate != got.Rate || c.scene.Rate <= 0 || c.scene.P50 <= 0 {
			t.Errorf("%s: %+v, want %d deliveries", name, c.scene, c.want)
		}
	}
}
