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

// lookAgain is how often something that has to come is looked for.
const lookAgain = 2 * time.Millisecond

// Sessions are those of a run, and what the oracle knows of them.
type Sessions struct {
	Client   *client.Client
	Ledger   *oracle.Ledger
	Findings report.Findings
	IDs      []protocol.SessionID
	Records  []*oracle.Record

	addr    string
	tallies []*oracle.Tallies
	watcher *wire.Watcher
}

// Open logs in on the server at host:port and opens n sessions, in each of which a game is
// played. Close them.
func Open(ctx context.Context, addr, key string, n int) (*Sessions, error) {
	hub, err := client.Login(ctx, "http://"+addr, key)
	if err != nil {
		return nil, err
	}
	watcher, err := wire.NewWatcher(max(1, runtime.NumCPU()/2))
	if err != nil {
		return nil, err
	}
	s := &Sessions{Client: hub, Ledger: oracle.NewLedger(n), addr: addr, watcher: watcher}
	for i := range n {
		session, err := hub.CreateSession(ctx, "load test")
		if err != nil {
			return nil, err
		}
		r := oracle.NewRecord(s.Ledger, session.ID, i)
		s.IDs, s.Records = append(s.IDs, session.ID), append(s.Records, r)
		s.tallies = append(s.tallies, oracle.NewTallies(r, &s.Findings))
	}
	return s, s.NextGame(ctx)
}

// Close gives back what Open took; the screens must have ended.
func (s *Sessions) Close() {
	s.Client.Close()
	_ = s.watcher.Close() // nothing of the run depends on it any more
}

// NextGame starts a new game in every session. No vote may be under way: the oracle has to
// know which game was played when.
func (s *Sessions) NextGame(ctx context.Context) error {
	for i, id := range s.IDs {
		play, err := target.NextGame(ctx, s.Client, id, fmt.Sprintf("Game of session %d", id))
		if err != nil {
			return err
		}
		s.Records[i].Play(play.GameID, play.PlayedAt)
	}
	return nil
}

// Seen waits until all votes that were acknowledged then are in events, no longer than
// within. A voter is answered before the screens see the vote.
func (s *Sessions) Seen(ctx context.Context, within time.Duration, acknowledged func(oracle.Number) bool) {
	from := oracle.Number(0)
	report.Until(ctx, within, lookAgain, func() bool {
		for {
			n, more := s.Ledger.Unseen(from)
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

// Judge holds the events up to the heads, one per session, against what voters had been told,
// and with totals also against what REST says, which nobody may be voting for.
func (s *Sessions) Judge(ctx context.Context, heads []protocol.Seq, acknowledged func(oracle.Number) bool, totals bool) error {
	for i, r := range s.Records {
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
	s.Ledger.Check(&s.Findings, heads, acknowledged)
	return nil
}
