package webhook

import (
	"fmt"
	"time"

	"partyline/protocol"
)

// Conclude tells the state what came of an attempt.
type RecordAttempt struct {
	Delivery protocol.DeliveryID
	Lane     Source
	Probe    bool
	Event    protocol.EventType
	Session  protocol.SessionID
	// Made and Edition are State.Made and State.Edition as of the start of the attempt.
	Made    int64
	Edition int
	Outcome Attempt
	// Draw is the chance of the next wait, in [0,1).
	Draw float64
}

// Pass tells the state that a lane has nothing to deliver up to Through.
type Skip struct {
	Lane    Source
	Through protocol.DeliveryID
}

// Disable has the hub itself disable the webhook, with a sentence that says why.
type Disable struct{ Reason string }

// Check implements protocol.Command.
func (*Disable) Check() *protocol.Error { return nil }

// Check implements protocol.Command.
func (*RecordAttempt) Check() *protocol.Error { return nil }

// Check implements protocol.Command.
func (*Skip) Check() *protocol.Error { return nil }

// decideConclude refuses an outcome that is recorded already, which happens when the
// answer of a commit was lost.
func (h *State) decideConclude(dst []Fact, c *RecordAttempt, now protocol.ClockReading) ([]Fact, *protocol.Error) {
	if c.Made != h.counts.Made {
		return dst, protocol.Errorf(protocol.CodeConflict, "This attempt is recorded already")
	}
	a := &c.Outcome
	f := &Attempted{
		At: now.Wall, Began: a.At, Took: a.Took.Milliseconds(), Delivery: c.Delivery, Source: c.Lane, Probe: c.Probe, Event: c.Event, Session: c.Session,
		Number: 1, Status: a.Status, Failure: a.Failure, Error: clipped(a.Error), Excerpt: clipped(a.Excerpt),
	}
	if h.heads(c.Lane, c.Delivery) {
		f.Number = h.head.Attempts + 1
	}
	h.judge(f, c, now)
	if f.Class != ClassFine && f.Error == "" {
		f.Error = fmt.Sprintf("status %d", f.Status)
	}
	return append(dst, f), nil
}

// heads says whether that delivery is the one at the head of the line.
func (h *State) heads(l Source, id protocol.DeliveryID) bool {
	return h.head != nil && h.head.Source == l && h.head.Delivery == id
}

// judge fills in class, verdict and the next time.
func (h *State) judge(f *Attempted, c *RecordAttempt, now protocol.ClockReading) {
	f.Class = classOf(&c.Outcome)
	switch {
	case f.Class == ClassFine && f.Probe:
		f.Verdict = VerdictDead // the endpoint is well: the message is to blame
	case f.Class == ClassFine:
		f.Verdict = VerdictDelivered
	case f.Source == SourceTest:
		h.judgeTest(f, c)
	case h.gone(f.Source, f.Delivery) || !h.wants(&Head{Source: f.Source, Event: f.Event, Session: f.Session}):
		f.Verdict = VerdictDropped
	case c.Edition != h.edition:
		f.Class, f.Verdict = ClassStale, VerdictRetry
	case f.Class == ClassGone:
		f.Verdict = VerdictGone
	case f.Class != ClassMessage && h.givenUp(now.Earlier()):
		f.Verdict = VerdictExhausted
	default:
		h.judgeFailure(f, c, now.Wall)
	}
}

// judgeTest: a test aside is tried once, whoever is to blame.
func (h *State) judgeTest(f *Attempted, c *RecordAttempt) {
	f.Verdict = VerdictDead
	if f.Class == ClassGone && h.enabled && c.Edition == h.edition {
		f.Verdict = VerdictGone
	}
}

func (h *State) judgeFailure(f *Attempted, c *RecordAttempt, now protocol.Timestamp) {
	spent := 1
	if h.heads(f.Source, f.Delivery) {
		spent += h.head.Tries
	}
	hint := c.Outcome.RetryAfter
	f.Verdict = VerdictRetry
	switch {
	case f.Probe:
		// Not the head's own word: the endpoint does not even take a ping.
		f.Class = ClassEndpoint
		f.Due = due(now, holds, h.failures+1, c.Draw, hint)
	case f.Class == ClassEndpoint:
		f.Due = due(now, holds, h.failures+1, c.Draw, hint)
	case spent < f.Source.budget():
		f.Due = due(now, tries, spent, c.Draw, hint)
	case f.Class == ClassServer:
		f.Verdict = VerdictProbe
	default:
		f.Verdict = VerdictDead
	}
}

// givenUp says that the endpoint has failed long and often enough, by the earlier of the
// hub's times: a clock that jumps ahead gives nobody up.
func (h *State) givenUp(now protocol.Timestamp) bool {
	return h.failing > 0 && h.misses >= giveUpMisses && now-h.failing >= protocol.Timestamp(giveUpAfter/time.Millisecond)
}

// maxText bounds a stored sentence and a stored excerpt, in bytes: what a screen can
// show. Ten thousand rows are kept of each webhook.
const maxText = 1024

// clipped cuts at a rune.
func clipped(s string) string {
	if len(s) <= maxText {
		return s
	}
	end := maxText
	for end > 0 && s[end]&0xC0 == 0x80 {
		end--
	}
	return s[:end]
}
