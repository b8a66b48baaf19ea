package webhook

import (
	"fmt"
	"time"

	"partyline/protocol"
)

// RecordAttempt is the command that records the outcome of an attempt.
type RecordAttempt struct {
	Delivery protocol.DeliveryID
	Source   Source
	Probe    bool
	Event    protocol.EventType
	Session  protocol.SessionID
	// Attempts and ConfigVersion are those of the State at the start of the attempt.
	Attempts      int64
	ConfigVersion int
	Outcome       Attempt
	// Draw is the jitter of the next wait, in [0,1).
	Draw float64
}

// Skip is the command that moves a source past Through, where nothing is to be delivered.
type Skip struct {
	Source  Source
	Through protocol.DeliveryID
}

// Disable is the hub's own command to disable the webhook, with a sentence that says why.
type Disable struct{ Reason string }

// Check implements protocol.Command.
func (*Disable) Check() *protocol.Error { return nil }

// Check implements protocol.Command.
func (*RecordAttempt) Check() *protocol.Error { return nil }

// Check implements protocol.Command.
func (*Skip) Check() *protocol.Error { return nil }

// decideAttempt refuses an outcome that is recorded already, which happens when the
// answer of a commit was lost.
func (s *State) decideAttempt(dst []Fact, c *RecordAttempt, now protocol.ClockReading) ([]Fact, *protocol.Error) {
	if c.Attempts != s.counts.Attempts {
		return dst, protocol.Errorf(protocol.CodeConflict, "This attempt is recorded already")
	}
	a := &c.Outcome
	f := &Attempted{
		At: now.Wall, Began: a.At, Took: a.Took.Milliseconds(), Delivery: c.Delivery, Source: c.Source, Probe: c.Probe, Event: c.Event, Session: c.Session,
		Number: 1, Status: a.Status, Failure: a.Failure, Error: clipped(a.Error), Excerpt: clipped(a.Excerpt),
	}
	if s.isHead(c.Source, c.Delivery) {
		f.Number = s.head.Attempts + 1
	}
	s.judge(f, c, now)
	if f.Class != ClassSuccess && f.Error == "" {
		f.Error = fmt.Sprintf("status %d", f.Status)
	}
	return append(dst, f), nil
}

// isHead reports whether the delivery is the head.
func (s *State) isHead(l Source, id protocol.DeliveryID) bool {
	return s.head != nil && s.head.Source == l && s.head.Delivery == id
}

// judge sets class, verdict and due time of an attempt from its outcome.
func (s *State) judge(f *Attempted, c *RecordAttempt, now protocol.ClockReading) {
	f.Class = classOf(&c.Outcome)
	switch {
	case f.Class == ClassSuccess && f.Probe:
		f.Verdict = VerdictDead // the endpoint takes a ping: the message is at fault
	case f.Class == ClassSuccess:
		f.Verdict = VerdictDelivered
	case f.Source == SourceTest:
		s.judgeTest(f, c)
	case s.abandoned(f.Source, f.Delivery) || !s.wanted(&Head{Source: f.Source, Event: f.Event, Session: f.Session}):
		f.Verdict = VerdictDropped
	case c.ConfigVersion != s.configVersion:
		f.Class, f.Verdict = ClassStale, VerdictRetry
	case f.Class == ClassGone:
		f.Verdict = VerdictGone
	case f.Class != ClassMessage && s.exhausted(now.Earlier()):
		f.Verdict = VerdictExhausted
	default:
		s.judgeFailure(f, c, now.Wall)
	}
}

// judgeTest ends a test after one attempt, whatever the cause of its failure.
func (s *State) judgeTest(f *Attempted, c *RecordAttempt) {
	f.Verdict = VerdictDead
	if f.Class == ClassGone && s.enabled && c.ConfigVersion == s.configVersion {
		f.Verdict = VerdictGone
	}
}

func (s *State) judgeFailure(f *Attempted, c *RecordAttempt, now protocol.Timestamp) {
	spent := 1
	if s.isHead(f.Source, f.Delivery) {
		spent += s.head.Tries
	}
	hint := c.Outcome.RetryAfter
	f.Verdict = VerdictRetry
	switch {
	case f.Probe:
		// The endpoint does not even take a ping.
		f.Class = ClassEndpoint
		f.Due = due(now, endpointBackoff, s.failures+1, c.Draw, hint)
	case f.Class == ClassEndpoint:
		f.Due = due(now, endpointBackoff, s.failures+1, c.Draw, hint)
	case spent < f.Source.budget():
		f.Due = due(now, messageBackoff, spent, c.Draw, hint)
	case f.Class == ClassServer:
		f.Verdict = VerdictProbe
	default:
		f.Verdict = VerdictDead
	}
}

// exhausted reports whether the endpoint has failed long and often enough to be disabled,
// by the earlier of the hub's times: a clock that jumps ahead disables nobody.
func (s *State) exhausted(now protocol.Timestamp) bool {
	return s.failing > 0 && s.misses >= disableMisses && now-s.failing >= protocol.Timestamp(disableAfter/time.Millisecond)
}

// maxText bounds a stored sentence and a stored excerpt, in bytes: what a screen can
// show. Ten thousand rows are kept of each webhook.
const maxText = 1024

// clipped cuts a text to maxText bytes at a rune.
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
