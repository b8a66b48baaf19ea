package crash

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"partyline/loadtest/api"
	"partyline/loadtest/latency"
	"partyline/loadtest/oracle"
	"partyline/protocol"
)

// evening is what all parts of a run share.
type evening struct {
	o        Options
	rng      *rand.Rand
	client   *api.Client
	ledger   *oracle.Ledger
	findings oracle.Findings
	ids      []protocol.SessionID
	records  []*oracle.Record
	contests []*contest
	gate     *gate

	restarts   latency.Histogram
	reconnects atomic.Int64
	again      atomic.Int64 // votes that were acknowledged when they were sent again
	stillborn  int
	// watching is how many screens are subscribed, told and dismissed how many were told
	// server.draining and closed with 1001.
	watching, told, dismissed atomic.Int64
	beside                    Account
	// closing tells the host to open no more polls and the writers to send what is owed
	// only. pollDebts are votes in polls that
	// will be sent again, pollsAgain those that were acknowledged then.
	closing               atomic.Bool
	pollDebts, pollsAgain atomic.Int64

	mu sync.Mutex
	// owed are votes with an unknown outcome that will be sent again.
	owed []oracle.Vote
}

// setUp logs in on the running host and opens the sessions.
func setUp(ctx context.Context, o Options) (*evening, error) {
	client, err := api.Login(ctx, o.Addr, o.Key)
	if err != nil {
		return nil, err
	}
	e := &evening{o: o, rng: rand.New(rand.NewPCG(o.Seed, 1)), client: client, ledger: oracle.NewLedger(o.Sessions), gate: newGate(o.Writers + electors + 1)}
	for i := range o.Sessions {
		s, err := client.CreateSession(ctx)
		if err != nil {
			return nil, err
		}
		e.ids = append(e.ids, s.ID)
		e.records = append(e.records, oracle.NewRecord(e.ledger, s.ID, i))
		c, err := e.newContest(ctx, i)
		if err != nil {
			return nil, err
		}
		e.contests = append(e.contests, c)
	}
	if err := e.nextGame(ctx); err != nil {
		return nil, err
	}
	return e, o.Companion.Begin(ctx, client, e.ids)
}

// nextGame starts a new game in every session. No vote may be on its way: the
// oracle has to know which game was played when.
func (e *evening) nextGame(ctx context.Context) error {
	for i, id := range e.ids {
		game, err := e.client.CreateGame(ctx, fmt.Sprintf("Crash game of session %d", id))
		if err != nil {
			return err
		}
		play, err := e.client.AddGame(ctx, id, game.ID)
		if err != nil {
			return err
		}
		e.records[i].Play(game.ID, play.PlayedAt)
	}
	return nil
}

// owe keeps a vote to be sent again.
func (e *evening) owe(v oracle.Vote) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.owed = append(e.owed, v)
}

// owing takes up to n votes that have to be sent again.
func (e *evening) owing(n int) []oracle.Vote {
	e.mu.Lock()
	defer e.mu.Unlock()
	n = min(n, len(e.owed))
	votes := append([]oracle.Vote(nil), e.owed[:n]...)
	e.owed = e.owed[n:]
	return votes
}

func (e *evening) debts() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.owed) + int(e.pollDebts.Load())
}
