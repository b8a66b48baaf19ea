package actors_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"partyline/actors/rules/webhook"
	"partyline/protocol"
)

// Whatever endpoints, disk and admins do, each webhook gets each vote in order, and
// none twice but for one that was under way at a restart.
func TestOrderHoldsThroughRandomFaults(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		seed := rapid.Uint64().Draw(r, "seed")
		synctest.Test(t, func(t *testing.T) {
			newStorm(t, seed).run(60)
		})
	})
}

// storm is a hub with webhooks of which each endpoint behaves at random.
type storm struct {
	*webhookHub
	mu       sync.Mutex
	rand     *rand.Rand
	calm     bool
	accepted map[protocol.WebhookID]int // answers of 2xx to votes
	hooks    []protocol.WebhookID
	votes    []string
	restarts int
}

func newStorm(t *testing.T, seed uint64) *storm {
	s := &storm{webhookHub: newWebhookHub(t), rand: rand.New(rand.NewPCG(seed, 1)), accepted: map[protocol.WebhookID]int{}}
	t.Logf("seed %d", seed)
	s.jitter = 0.5
	s.sender.change(s.answer)
	for range 3 {
		s.hooks = append(s.hooks, s.hook(protocol.EventVoteReceived))
	}
	return s
}

func (s *storm) n(n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rand.IntN(n)
}

func (s *storm) answer(ctx context.Context, d webhook.Dispatch, _ int) webhook.Attempt {
	a := s.outcome(ctx, d)
	if a.Status/100 == 2 && d.Event != "ping" {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.accepted[d.Webhook]++
	}
	return a
}

// outcome never blames the message: what is set aside would be missing.
func (s *storm) outcome(ctx context.Context, d webhook.Dispatch) webhook.Attempt {
	s.mu.Lock()
	calm := s.calm
	s.mu.Unlock()
	if calm || d.Event == "ping" {
		return webhook.Attempt{Status: map[bool]int{true: 200, false: 503}[calm]}
	}
	switch s.n(8) {
	case 0:
		return webhook.Attempt{Status: 503, Error: "status 503"}
	case 1:
		return webhook.Attempt{Failure: webhook.FailureDial, Error: "refused"}
	case 2:
		return webhook.Attempt{Status: 429, Error: "status 429", RetryAfter: time.Duration(s.n(100)) * time.Second}
	case 3:
		select {
		case <-time.After(time.Duration(s.n(10_000)) * time.Millisecond):
		case <-ctx.Done():
			return webhook.Attempt{Failure: webhook.FailureTimeout, Error: "no answer"}
		}
	}
	return webhook.Attempt{Status: 200 + s.n(5)}
}

func (s *storm) run(steps int) {
	for range steps {
		s.step()
	}
	s.mu.Lock()
	s.calm = true
	s.mu.Unlock()
	s.journal.Refuse(nil)
	on := true
	for _, id := range s.hooks {
		s.eventually(protocol.UpdateWebhook{ID: id, Enabled: &on})
	}
	rest(2 * time.Hour)
	for _, id := range s.hooks {
		s.check(id)
	}
}

func (s *storm) step() {
	id := s.hooks[s.n(len(s.hooks))]
	switch s.n(12) {
	case 0:
		s.journal.FailNext(1+s.n(3), errors.New("sick"))
	case 1:
		s.journal.Refuse(errors.New("full"))
		rest(time.Duration(s.n(20)) * time.Second)
		s.journal.Refuse(nil)
	case 2:
		s.restart()
		s.restarts++
	case 3:
		url := "https://example.com/" + strings.Repeat("x", s.n(9))
		s.try(protocol.UpdateWebhook{ID: id, URL: &url})
	case 4:
		on := s.n(2) == 0
		s.try(protocol.UpdateWebhook{ID: id, Enabled: &on})
	case 5:
		rest(time.Duration(s.n(100)) * time.Second)
	default:
		for range s.n(20) {
			s.cast()
		}
		rest(time.Duration(s.n(300)) * time.Millisecond)
	}
}

func (s *storm) eventually(c protocol.Command) {
	for s.try(c) != nil {
		time.Sleep(time.Second)
	}
}

// cast notes a vote as one that must arrive when it was acknowledged, and as one that
// may arrive when its outcome is unknown; here a failed commit writes nothing.
func (s *storm) cast() {
	s.voters++
	name, now := "s"+strings.Repeat("i", s.voters%7)+time.Now().Format("150405.000000"), protocol.TimestampOf(time.Now())
	if s.try(&protocol.CastVote{SessionID: s.session, Username: name, Vote: protocol.VoteUp, Timestamp: now.VoteTimestamp()}) == nil {
		s.votes = append(s.votes, name)
	}
	time.Sleep(time.Millisecond)
}

// check takes the accepted attempts of one webhook: each vote once, in order.
func (s *storm) check(id protocol.WebhookID) {
	var got []string
	for _, row := range slices.Backward(s.allLogs(id)) {
		if row.ErrorMessage == nil && row.EventType != protocol.EventPing {
			got = append(got, voterOf(s.t, row.Payload))
		}
	}
	if !slices.Equal(got, s.votes) {
		s.t.Errorf("webhook %d recorded %d deliveries of %d votes", id, len(got), len(s.votes))
	}
	if doubled := s.accepted[id] - len(s.votes); doubled < 0 || doubled > s.restarts {
		s.t.Errorf("webhook %d: %d accepted twice with %d restarts", id, doubled, s.restarts)
	}
	last := -1
	for _, a := range s.sender.log(id) {
		if a.Event == "ping" {
			continue
		}
		at := slices.Index(s.votes, voterIn(s.t, a.Body))
		if at < last || at > last+1 {
			s.t.Fatalf("webhook %d: vote %d was sent after vote %d", id, at, last)
		}
		last = at
	}
}

func (s *storm) allLogs(id protocol.WebhookID) []protocol.WebhookLog {
	rows := s.logs(id)
	if len(rows) == protocol.MaxWebhookLogs {
		s.t.Fatal("more rows than one answer holds")
	}
	return rows
}
