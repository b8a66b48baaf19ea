package crowd

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"partyline/loadtest/api"
	"partyline/loadtest/latency"
	"partyline/loadtest/oracle"
	"partyline/loadtest/wire"
	"partyline/protocol"
)

// shards keep the recorders of screens apart, see latency.Histogram.Merge.
const shards = 8

// stage is what all parts of a run share.
type stage struct {
	o        Options
	client   *api.Client
	watcher  *wire.Watcher
	ledger   *oracle.Ledger
	findings oracle.Findings
	ids      []protocol.SessionID
	records  []*oracle.Record
	tallies  []*oracle.Tallies

	ack, show  [shards]latency.Histogram
	late       latency.Histogram
	reconnects atomic.Int64

	mu     sync.Mutex
	errors map[string]int
}

// setUp logs in and opens the sessions, each with a new game.
func setUp(ctx context.Context, o Options) (*stage, error) {
	client, err := api.Login(ctx, o.Addr, o.Key)
	if err != nil {
		return nil, err
	}
	watcher, err := wire.NewWatcher(max(1, runtime.NumCPU()/2))
	if err != nil {
		return nil, err
	}
	s := &stage{o: o, client: client, watcher: watcher, ledger: oracle.NewLedger(o.Sessions), errors: map[string]int{}}
	for i := range o.Sessions {
		if err := s.open(ctx, i); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *stage) open(ctx context.Context, index int) error {
	game, err := s.client.CreateGame(ctx, fmt.Sprintf("Crowd game %d", index+1))
	if err != nil {
		return err
	}
	session, err := s.client.CreateSession(ctx)
	if err != nil {
		return err
	}
	play, err := s.client.AddGame(ctx, session.ID, game.ID)
	if err != nil {
		return err
	}
	r := oracle.NewRecord(s.ledger, session.ID, index)
	r.Play(game.ID, play.PlayedAt)
	s.ids = append(s.ids, session.ID)
	s.records = append(s.records, r)
	s.tallies = append(s.tallies, oracle.NewTallies(r, &s.findings))
	return nil
}

// close gives back what setUp took; the screens must have left.
func (s *stage) close() {
	s.client.Close()
	_ = s.watcher.Close() // nothing of the run depends on it any more
}

// failed counts an error by its kind.
func (s *stage) failed(kind string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.errors[kind] += n
}
