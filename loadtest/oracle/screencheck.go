package oracle

import (
	"sync/atomic"

	"partyline/loadtest/report"
	"partyline/protocol"
	"partyline/protocol/client"
)

// ScreenCheck checks what one screen in events mode sees, across its connections. One goroutine
// subscribes and sees; Last may be called from any.
type ScreenCheck struct {
	name     string
	record   *EventLog
	findings *report.Findings
	epoch    protocol.Epoch
	last     atomic.Uint64
	seen     atomic.Uint64
}

// NewScreenCheck begins a screen that has seen nothing: its first event must be seq 1.
func NewScreenCheck(name string, r *EventLog, f *report.Findings) *ScreenCheck {
	return &ScreenCheck{name: name, record: r, findings: f}
}

// See takes one event and returns the number of its vote, -1 for none. After a finding it goes on
// from that event, so that one fault is one finding.
func (w *ScreenCheck) See(seq protocol.Seq, event []byte) Number {
	last := protocol.Seq(w.last.Load())
	w.seen.Add(1)
	switch {
	case seq <= last:
		w.findings.Add("%s: seq %d came again, or late, after %d", w.name, seq, last)
		return -1
	case seq != last+1:
		w.findings.Add("%s: a gap: seq %d came after %d", w.name, seq, last)
	}
	w.last.Store(uint64(seq))
	n, err := w.record.See(seq, event)
	if err != nil {
		w.findings.Add("%s: %v", w.name, err)
	}
	return n
}

// Skipped notes that the server left events out, which it may not do to a screen that says since.
func (w *ScreenCheck) Skipped(seq protocol.Seq) {
	w.findings.Add("%s: was folded into a snapshot of seq %d after %d", w.name, seq, w.Last())
	w.last.Store(uint64(seq))
}

// Subscription adds since and epoch to a subscription, to resume.
func (w *ScreenCheck) Subscription(sub client.Subscription) client.Subscription {
	since := w.Last()
	sub.Since, sub.Epoch = &since, w.epoch
	return sub
}

// Subscribed takes the answer to a subscription. No data folder is restored meanwhile: another
// epoch than before is a finding.
func (w *ScreenCheck) Subscribed(hello protocol.Subscribed) {
	if hello.Reset || w.epoch != "" && hello.Epoch != w.epoch {
		w.findings.Add("%s: the epoch is %q after %q, reset %v", w.name, hello.Epoch, w.epoch, hello.Reset)
	}
	w.epoch = hello.Epoch
}

// Last is the seq of the last event seen.
func (w *ScreenCheck) Last() protocol.Seq { return protocol.Seq(w.last.Load()) }

// Seen is how many events came, repeated ones too.
func (w *ScreenCheck) Seen() uint64 { return w.seen.Load() }
