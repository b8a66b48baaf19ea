package watch

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"partyline/loadtest/oracle"
	"partyline/loadtest/report"
	"partyline/loadtest/target"
	"partyline/loadtest/wire"
	"partyline/protocol"
	"partyline/protocol/client"
)

// lookAgain is how often a condition that is waited for is checked.
const lookAgain = 2 * time.Millisecond

// Sessions are the sessions of a run, and what the oracle knows of them.
type Sessions struct {
	Client   *client.Client
	Votes    *oracle.VoteLog
	Findings report.Findings
	IDs      []protocol.SessionID
	Events   []*oracle.EventLog

	addr    string
	tallies []*oracle.Tallies
	watcher *wire.Watcher
}

// Open logs in on the server at host:port and opens n sessions, with a game in each. Close them.
func Open(ctx context.Context, addr, key string, n int) (*Sessions, error) {
	hub, err := client.Login(ctx, "http://"+addr, key)
	if err != nil {
		return nil, err
	}
	watcher, err := wire.NewWatcher(max(1, runtime.NumCPU()/2))
	if err != nil {
		return nil, err
	}
	s := &Sessions{Client: hub, Votes: oracle.NewVoteLog(n), addr: addr, watcher: watcher}
	for i := range n {
		session, err := hub.CreateSession(ctx, "load test")
		if err != nil {
			return nil, err
		}
		r := oracle.NewEventLog(s.Votes, session.ID, i)
		s.IDs, s.Events = append(s.IDs, session.ID), append(s.Events, r)
		s.tallies = append(s.tallies, oracle.NewTallies(r, &s.Findings))
	}
	return s, s.NextGame(ctx)
}

// Close gives back what Open took, after the screens have ended.
func (s *Sessions) Close() {
	s.Client.Close()
	_ = s.watcher.Close() // nothing of the run depends on it any more
}

// NextGame starts a new game in every session. No vote may be under way: the oracle has to know
// which game was played when.
func (s *Sessions) NextGame(ctx context.Context) error {
	for i, id := range s.IDs {
		play, err := target.NextGame(ctx, s.Client, id, fmt.Sprintf("Game of session %d", id))
		if err != nil {
			return err
		}
		s.Events[i].GameStarted(play.GameID, play.PlayedAt)
	}
	return nil
}

// Seen waits until those votes are in events, no longer than within. A vote is acknowledged before
// screens see it.
func (s *Sessions) Seen(ctx context.Context, within time.Duration, acknowledged func(oracle.Number) bool) {
	from := oracle.Number(0)
	report.Until(ctx, within, lookAgain, func() bool {
		for {
			n, more := s.Votes.Unseen(from)
			if !more {
				return true
			}
			if from = n; acknowledged(n) {
				return false
			}
			from++ // acknowledged since, and none of those
		}
	})
}

// Judge checks the events up to the heads, one per session, against those votes that were
// acknowledged, and with totals against REST, when nobody votes.
func (s *Sessions) Judge(ctx context.Context, heads []protocol.Seq, acknowledged func(oracle.Number) bool, totals bool) error {
	for i, r := range s.Events {
		counted := r.Check(&s.Findings, heads[i])
		s.tallies[i].Check()
		if !totals {
			continue
		}
		said, err := s.Client.SessionVotes(ctx, s.IDs[i])
		if err != nil {
			return err
		}
		r.CheckTotals(&s.Findings, said, counted)
	}
	s.Votes.Check(&s.Findings, heads, acknowledged)
	return nil
}
