package actors_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"partyline/actors"
	"partyline/actors/rules/webhook"
	"partyline/persistence"
	"partyline/persistence/memory"
	"partyline/protocol"
)

// script answers attempts: the n-th (from 1) of a webhook.
type script func(ctx context.Context, d webhook.Dispatch, n int) webhook.Attempt

// sent is one attempt that the sender was asked to make.
type sent struct {
	webhook.Dispatch
	at time.Time
}

// sender does what the script says and remembers everything.
type sender struct {
	mu        sync.Mutex
	play      script
	sent      []sent
	forgotten []protocol.WebhookID
	perHook   map[protocol.WebhookID]int
}

func (c *sender) Deliver(ctx context.Context, d webhook.Dispatch) webhook.Attempt {
	c.mu.Lock()
	c.perHook[d.Webhook]++
	n, play := c.perHook[d.Webhook], c.play
	c.sent = append(c.sent, sent{d, time.Now()})
	c.mu.Unlock()
	a := play(ctx, d, n)
	a.At = protocol.TimestampOf(time.Now())
	return a
}

func (c *sender) Forget(id protocol.WebhookID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forgotten = append(c.forgotten, id)
}

func (c *sender) change(s script) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.play = s
}

// log is what was sent so far, of one webhook or of all (0).
func (c *sender) log(id protocol.WebhookID) []sent {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(c.sent), func(s sent) bool { return id != 0 && s.Webhook != id })
}

// events are the types of what was sent, in order.
func (c *sender) events(id protocol.WebhookID) []string {
	var all []string
	for _, s := range c.log(id) {
		all = append(all, s.Event)
	}
	return all
}

func status(code int) script {
	return func(context.Context, webhook.Dispatch, int) webhook.Attempt {
		a := webhook.Attempt{Status: code}
		if code >= 300 {
			a.Error = fmt.Sprintf("status %d", code)
		}
		return a
	}
}

func hang(ctx context.Context, _ webhook.Dispatch, _ int) webhook.Attempt {
	<-ctx.Done()
	return webhook.Attempt{Failure: webhook.FailureTimeout, Error: "no answer in time"}
}

// webhookHub is a hub with webhooks, in a bubble.
type webhookHub struct {
	t       *testing.T
	journal *memory.Journal
	sender  *sender
	hub     *actors.Hub
	session protocol.SessionID
	jitter  float64
	draw    float64 // of the picker and of ties
	voters  int
	// skew is how far the hub's clock is ahead of the bubble's.
	skew atomic.Int64
	// wrapped stands between the hub and the journal where it is not nil.
	wrapped persistence.Journal
}

// newWebhookHub starts a hub with a session in which a game is played. The draw of waits is
// the longest: waits are those of the schedule.
func newWebhookHub(t *testing.T) *webhookHub {
	t.Helper()
	n := &webhookHub{t: t, journal: memory.New(memory.Options{}), sender: &sender{play: status(200), perHook: map[protocol.WebhookID]int{}}, jitter: 0.999999}
	n.start()
	t.Cleanup(func() {
		n.stop()
		_ = n.journal.Close()
	})
	s := do[protocol.Session](t, n.hub, protocol.CreateSession{})
	n.session = s.ID
	n.play(1)
	return n
}

func (n *webhookHub) start() {
	n.t.Helper()
	h, err := actors.New(n.t.Context(), actors.Options{
		Journal: n.store(), MaxActiveSessions: 0, Sender: n.sender, Jitter: func() float64 { return n.jitter }, Draw: func() float64 { return n.draw },
		Now: func() time.Time { return time.Now().Add(time.Duration(n.skew.Load())) },
	})
	if err != nil {
		n.t.Fatal(err)
	}
	n.hub = h
}

func (n *webhookHub) store() persistence.Journal {
	if n.wrapped != nil {
		return n.wrapped
	}
	return n.journal
}

func (n *webhookHub) stop() {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := n.hub.Close(ctx); err != nil {
		n.t.Error("close:", err)
	}
}

func (n *webhookHub) restart() {
	n.t.Helper()
	n.stop()
	n.start()
}

// away has the hub off for a while.
func (n *webhookHub) away(d time.Duration) {
	n.t.Helper()
	n.stop()
	time.Sleep(d)
	n.start()
}

// hook registers a webhook for the events.
func (n *webhookHub) hook(events ...protocol.EventType) protocol.WebhookID {
	n.t.Helper()
	return do[protocol.WebhookSaved](n.t, n.hub, protocol.CreateWebhook{
		Name: "bot", URL: "https://example.com/hook", Secret: "mysecret123", Events: protocol.NewEventList(events...),
	}).ID
}

// play adds a game: game.added, and game.status of the one before.
func (n *webhookHub) play(game protocol.GameID) {
	n.t.Helper()
	do[protocol.SessionGame](n.t, n.hub, protocol.AddGame{ID: n.session, GameID: game})
}

// vote casts one vote under a name of its own, and returns it.
func (n *webhookHub) vote() string {
	n.t.Helper()
	n.voters++
	name, now := fmt.Sprint("v", n.voters), protocol.TimestampOf(time.Now())
	do[*protocol.VoteAccepted](n.t, n.hub, &protocol.CastVote{SessionID: n.session, Username: name, Vote: protocol.VoteUp, Timestamp: now.VoteTimestamp()})
	return name
}

func (n *webhookHub) health(id protocol.WebhookID) protocol.WebhookHealth {
	n.t.Helper()
	h, err := n.hub.WebhookHealth(n.t.Context(), id)
	if err != nil {
		n.t.Fatal(err)
	}
	return h
}

func (n *webhookHub) logs(id protocol.WebhookID) []protocol.WebhookLog {
	n.t.Helper()
	rows, err := n.hub.WebhookLogs(n.t.Context(), protocol.WebhookLogFilter{ID: id, PageQuery: protocol.PageQuery{Limit: protocol.MaxWebhookLogs}})
	if err != nil {
		n.t.Fatal(err)
	}
	return rows.Rows
}

// rest lets everything happen that can happen within d.
func rest(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// voters are the names in the bodies that were sent, in order.
func votersIn(t *testing.T, log []sent) []string {
	t.Helper()
	var names []string
	for _, s := range log {
		names = append(names, voterIn(t, s.Body))
	}
	return names
}

// syncWriter lets many loggers write to one buffer.
type syncWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *syncWriter) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(b)
}
