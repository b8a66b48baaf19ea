package gateway

import (
	"sync/atomic"
	"time"
)

// What one token of a payer's bucket stands for. An ordinary request, read, answered with
// some hundred bytes and logged, takes some 50 µs of a core; so does what is told of bytes
// here.
const (
	// encodedBytes of an answer that is encoded for the one who asks. A list of 10,000
	// sessions, 1.7 MB, takes 24 ms and costs 415 tokens.
	encodedBytes = 4 << 10
	// storedBytes of a document that lies ready and is only handed to the kernel.
	storedBytes = 64 << 10
	// workTime of a reading of the vote history, of which all who are not the host have
	// one at a time. It is cheaper than other work because every screen does some
	// milliseconds of it when it starts. A search by name among a million votes takes a
	// second and costs 10,000: with a viewer's token one in half a minute, the longest debt.
	workTime = 100 * time.Microsecond
	// listBytes are what the list of all sessions is expected to be before anybody has asked
	// for it. Nothing else that a stranger can ask for grows with the years.
	listBytes = 1 << 20
	// drawnTokens is what a QR code costs that is drawn: 0.3 ms.
	qrTokens = 6
)

// costOf is what an answer has cost in tokens: at least one.
func costOf(bytes int) float64 { return max(1, float64(bytes)/encodedBytes) }

// costOfWork is what a reading of the vote history costs beside its answer.
func costOfWork(took time.Duration) float64 { return float64(took) / float64(workTime) }

// costOfStored is the same for a document.
func costOfStored(bytes int) float64 { return max(1, float64(bytes)/storedBytes) }

// price is what an operation's answers have cost lately. It is charged before the next
// one is served: else whoever asks over many connections at once has had it all when the
// first is told that it was too much.
type averageCost struct {
	bytes atomic.Int64 // of an answer, the moving average
}

// memory is the part of the moving average that is new with each answer, one in so many.
const averageWeight = 8

// expected is the price in tokens of one more answer.
func (p *averageCost) tokens() float64 { return costOf(int(p.bytes.Load())) }

// learn takes the length of an answer into account. Of those that cost one token, which
// nearly all do, it does not keep count; one that is lost because two come at the same
// time does not matter.
func (p *averageCost) observe(bytes int) {
	usual := p.bytes.Load()
	switch {
	case usual <= encodedBytes && bytes <= encodedBytes:
	case usual == 0:
		p.bytes.Store(int64(bytes))
	default:
		p.bytes.Store(usual + (int64(bytes)-usual)/averageWeight)
	}
}
