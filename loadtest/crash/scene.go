package crash

import (
	"context"
	"time"

	"partyline/loadtest/report"
	"partyline/protocol"
	"partyline/protocol/client"
)

// Scene is something else than kills that happens to a host while a crowd uses it.
type Scene func(ctx context.Context, s *Stage) error

// Play has the crowd of Run on a host to which a scene happens, and judges at the end,
// when the host has been stopped and verified, and wherever the scene says so.
func Play(ctx context.Context, o Options, scene Scene) (*Report, error) {
	return perform(ctx, o, func(e *state, ctx context.Context) error { return scene(ctx, &Stage{e}) })
}

// Stage is what a scene sees of an state. One goroutine uses it.
type Stage struct{ state *state }

// Client calls the host as an admin.
func (s *Stage) Client() *client.Client { return s.state.client }

// Sessions are those that are voted in.
func (s *Stage) Sessions() []protocol.SessionID { return s.state.ids }

// Acknowledged is how many votes have been so far.
func (s *Stage) Acknowledged() int { return s.state.ledger.Count().Acknowledged }

// Find notes what does not fit.
func (s *Stage) Find(format string, args ...any) { s.state.findings.Add(format, args...) }

// Until waits for a condition; false when it did not come in time.
func (s *Stage) Until(ctx context.Context, within time.Duration, condition func() bool) bool {
	return report.Until(ctx, within, lookAgain, condition)
}

// Flows waits until so many more votes have been acknowledged, and returns how long that
// took; it is a finding when it takes longer than within.
func (s *Stage) Flows(ctx context.Context, more int, within time.Duration) time.Duration {
	began, want := time.Now(), s.Acknowledged()+more
	if !s.Until(ctx, within, func() bool { return s.Acknowledged() >= want }) && ctx.Err() == nil {
		s.Find("%d of %d votes were acknowledged within %v", s.Acknowledged()+more-want, more, within)
	}
	return time.Since(began)
}

// Screens says how many screens watch, and how many have been told server.draining,
// closed with 1001, and lost their connection, so far.
func (s *Stage) Screens() (watching, told, dismissed, lost int) {
	e := s.state
	return int(e.watching.Load()), int(e.told.Load()), int(e.dismissed.Load()), int(e.reconnects.Load())
}

// Full says whether all screens watch.
func (s *Stage) Full() bool { return int(s.state.watching.Load()) == s.state.o.Screens }

// Restart starts the host that has just ended, holds it to all that was acknowledged
// before, and lets the crowd in again.
func (s *Stage) Restart(ctx context.Context) (time.Duration, error) {
	e := s.state
	e.o.Webhooks.Ended(time.Now())
	e.client.Close()
	e.gate.close()
	promised := e.promised()
	took, err := e.revive(ctx)
	if err != nil {
		return took, err
	}
	_, err = e.audit(ctx, promised, true)
	e.gate.open()
	return took, err
}
