package limit

import (
	"sync/atomic"
)

// What one token of a request budget stands for. An ordinary request, read, answered with
// some hundred bytes and logged, takes some 50 µs of a core; so does each of these.
const (
	// encodedBytes of an answer that is encoded for the client that asks. A list of 1,000
	// sessions, 145 KB, takes 2 ms and costs 36 tokens.
	encodedBytes = 4 << 10
	// storedBytes of a document that lies ready and is only handed to the kernel.
	storedBytes = 64 << 10
	// ListBytes are what a list of sessions is expected to be before its first answer: 1,000
	// rows of 160 bytes, the most that one answer has.
	ListBytes = 160 << 10
	// QRTokens is what a QR code costs that is drawn: 0.3 ms.
	QRTokens = 6
	// NameTokens is what a search for a name in the vote history costs beside its answer: 1 ms
	// with ten million votes.
	NameTokens = 20
)

// CostOf is what an answer of so many bytes has cost in tokens: at least one.
func CostOf(bytes int) float64 { return max(1, float64(bytes)/encodedBytes) }

// CostOfStored is what a stored document of so many bytes has cost: at least one.
func CostOfStored(bytes int) float64 { return max(1, float64(bytes)/storedBytes) }

// Cost is what an operation's answers have cost lately. It is charged before the next one
// is served: else a client that asks over many connections at once would have had it all
// when the first is refused. The zero value is one token.
type Cost struct {
	bytes atomic.Int64 // of an answer, the moving average
}

// averageWeight is the part of the moving average that is new with each answer, one in so
// many.
const averageWeight = 8

// Expect is the length of an answer that is expected before the first.
func (p *Cost) Expect(bytes int64) { p.bytes.Store(bytes) }

// Tokens is the expected cost of one more answer.
func (p *Cost) Tokens() float64 { return CostOf(int(p.bytes.Load())) }

// Observe takes the length of an answer into account. Of those that cost one token, which
// nearly all do, it does not keep count; one that is lost because two come at the same
// time does not matter.
func (p *Cost) Observe(bytes int) {
	usual := p.bytes.Load()
	switch {
	case usual <= encodedBytes && bytes <= encodedBytes:
	case usual == 0:
		p.bytes.Store(int64(bytes))
	default:
		p.bytes.Store(usual + (int64(bytes)-usual)/averageWeight)
	}
}
