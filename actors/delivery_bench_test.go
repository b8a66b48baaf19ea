package actors_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"partyline/actors"
	"partyline/actors/rules/webhook"
	"partyline/persistence/badger"
	"partyline/protocol"
)

// BenchmarkDeliveries is what the hub itself costs: from the backlog to a durable
// record of each delivery, on a real disk, with a Sender that answers at once.
func BenchmarkDeliveries(b *testing.B) {
	for _, hooks := range []int{1, 50, 300} {
		b.Run(fmt.Sprintf("webhooks=%d", hooks), func(b *testing.B) { benchmarkDeliveries(b, hooks) })
	}
}

func benchmarkDeliveries(b *testing.B, hooks int) {
	c := &gate{open: make(chan struct{}), done: make(chan struct{}), want: int64(b.N)}
	h := newHubWithSender(b, c)
	for range hooks {
		mustDo(b, h, protocol.CreateWebhook{
			Name: "bot", URL: "http://example.com", Secret: "mysecret123", Events: protocol.NewEventList(protocol.EventVoteReceived),
		})
	}
	var told atomic.Int64
	session := benchSession(b, h, &told)
	for i := range (b.N + hooks - 1) / hooks {
		benchVote(b, h, session, int64(i))
	}
	b.ResetTimer()
	before := cpuTime()
	close(c.open)
	<-c.done
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
	b.ReportMetric(float64(cpuTime()-before)/float64(b.N)/1000, "cpu-µs/delivery")
}

// gate is a Sender that lets nothing through until it is open.
type gate struct {
	open, done chan struct{}
	made, want int64
}

func (g *gate) Deliver(ctx context.Context, _ webhook.Dispatch) webhook.Attempt {
	select {
	case <-g.open:
	case <-ctx.Done():
		return webhook.Attempt{Failure: webhook.FailureTimeout, Error: "closed"}
	}
	if atomic.AddInt64(&g.made, 1) == g.want {
		close(g.done)
	}
	return webhook.Attempt{At: protocol.TimestampOf(time.Now()), Status: 200}
}

func (*gate) Forget(protocol.WebhookID) {}

func newHubWithSender(b *testing.B, c actors.Sender) *actors.Hub {
	b.Helper()
	j, err := badger.Open(badger.Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	h, err := actors.New(b.Context(), actors.Options{Journal: j, Sender: c})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = h.Close(ctx)
		_ = j.Close()
	})
	return h
}

func mustDo(b *testing.B, h *actors.Hub, c protocol.Command) {
	b.Helper()
	if _, err := h.Do(b.Context(), actors.Call{Command: c}); err != nil {
		b.Fatal(err)
	}
}
