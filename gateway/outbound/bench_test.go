package outbound_test

import (
	"bufio"
	"io"
	"net"
	"sync/atomic"
	"testing"

	"partyline/protocol"
)

// keepAnswering is a receiver that allocates nothing, so that only the Sender is measured. It
// knows how long the body is.
func keepAnswering(conn net.Conn) {
	in := bufio.NewReader(conn)
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return
		}
		if len(line) > len("\r\n") {
			continue
		}
		if _, err := in.Discard(len(body)); err != nil {
			return
		}
		if _, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"); err != nil {
			return
		}
	}
}

// One webhook: one attempt after the other.
func BenchmarkDeliverInOrder(b *testing.B) {
	s := newRawServer(b, "127.0.0.1:0", keepAnswering)
	c := newSender(b)
	d := dispatch(s.url)
	b.ReportAllocs()
	for b.Loop() {
		if a := c.Deliver(b.Context(), d); a.Status != 200 {
			b.Fatalf("%+v", a)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "attempts/s")
}

// Fifty webhooks, each in order, side by side.
func BenchmarkDeliverToFifty(b *testing.B) {
	const webhooks = 50
	s := newRawServer(b, "127.0.0.1:0", keepAnswering)
	c := newSender(b)
	var next atomic.Int64
	b.ReportAllocs()
	b.SetParallelism(webhooks)
	b.RunParallel(func(pb *testing.PB) {
		d := dispatch(s.url)
		d.Webhook = protocol.WebhookID(next.Add(1))
		for pb.Next() {
			if a := c.Deliver(b.Context(), d); a.Status != 200 {
				b.Errorf("%+v", a)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "attempts/s")
}
