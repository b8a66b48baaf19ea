package crash

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"partyline/loadtest/oracle"
	"partyline/loadtest/report"
	"partyline/loadtest/target"
	"partyline/loadtest/webhooks"
	"partyline/protocol"
	"partyline/protocol/client"
)

// state is what all parts of a run share.
type state struct {
	o        Options
	rng      *rand.Rand
	client   *client.Client
	ledger   *oracle.Ledger
	findings oracle.Findings
	ids      []protocol.SessionID
	records  []*oracle.Record
	hosts    []*pollHost
	gate     *gate

	restarts   report.Histogram
	reconnects atomic.Int64
	again      atomic.Int64 // votes that were acknowledged when they were sent again
	stillborn  int
	// watching is how many screens are subscribed, told and dismissed how many were told
	// server.draining and closed with 1001.
	watching, told, dismissed atomic.Int64
	webhooks                  *webhooks.Outcome
	// closing tells the hosts to open no more polls and the writers to send what is owed
	// only.
	closing atomic.Bool

	mu sync.Mutex
	// owed are votes with an unknown outcome that will be sent again.
	owed []oracle.Vote
}

// setUp logs in on the running host and opens the sessions.
func setUp(ctx context.Context, o Options) (*state, error) {
	hub, err := client.Login(ctx, "http://"+o.Addr, o.Server.AdminKey)
	if err != nil {
		return nil, err
	}
	e := &state{o: o, rng: rand.New(rand.NewPCG(o.Seed, 1)), client: hub, ledger: oracle.NewLedger(o.Sessions), gate: newGate(o.Writers + 2*o.Sessions)}
	for i := range o.Sessions {
		s, err := hub.CreateSession(ctx, "crash test")
		if err != nil {
			return nil, err
		}
		e.ids = append(e.ids, s.ID)
		e.records = append(e.records, oracle.NewRecord(e.ledger, s.ID, i))
		h, err := e.newPollHost(ctx, s.ID)
		if err != nil {
			return nil, err
		}
		e.hosts = append(e.hosts, h)
	}
	if err := e.nextGame(ctx); err != nil {
		return nil, err
	}
	return e, o.Webhooks.Register(ctx, hub, e.ids)
}

// nextGame starts a new game in every session. No vote may be on its way: the
// oracle has to know which game was played when.
func (e *state) nextGame(ctx context.Context) error {
	for i, id := range e.ids {
		play, err := target.NextGame(ctx, e.client, id, fmt.Sprintf("Crash game of session %d", id))
		if err != nil {
			return err
		}
		e.records[i].Play(play.GameID, play.PlayedAt)
	}
	return nil
}

// owe keeps a vote to be sent again.
func (e *state) owe(v oracle.Vote) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.owed = append(e.owed, v)
}

// owing takes up to n votes that have to be sent again.
func (e *state) owing(n int) []oracle.Vote {
	e.mu.Lock()
	defer e.mu.Unlock()
	n = min(n, len(e.owed))
	votes := append([]oracle.Vote(nil), e.owed[:n]...)
	e.owed = e.owed[n:]
	return votes
}

func (e *state) debts() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.owed)
}
