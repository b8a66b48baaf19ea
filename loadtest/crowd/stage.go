package crowd

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"partyline/loadtest/oracle"
	"partyline/loadtest/report"
	"partyline/loadtest/target"
	"partyline/loadtest/wire"
	"partyline/protocol"
	"partyline/protocol/client"
)

// shards keep the recorders of screens apart, see latency.Histogram.Merge.
const shards = 8

// stage is what all parts of a run share.
type stage struct {
	o        Options
	client   *client.Client
	watcher  *wire.Watcher
	ledger   *oracle.Ledger
	findings oracle.Findings
	ids      []protocol.SessionID
	records  []*oracle.Record
	tallies  []*oracle.Tallies

	ack, show  [shards]report.Histogram
	late       report.Histogram
	reconnects atomic.Int64

	mu     sync.Mutex
	errors map[string]int
}

// setUp logs in and opens the sessions, each with a new game.
func setUp(ctx context.Context, o Options) (*stage, error) {
	hub, err := client.Login(ctx, "http://"+o.Addr, o.Key)
	if err != nil {
		return nil, err
	}
	watcher, err := wire.NewWatcher(max(1, runtime.NumCPU()/2))
	if err != nil {
		return nil, err
	}
	s := &stage{o: o, client: hub, watcher: watcher, ledger: oracle.NewLedger(o.Sessions), errors: map[string]int{}}
	for i := range o.Sessions {
		if err := s.open(ctx, i); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *stage) open(ctx context.Context, index int) error {
	play, err := target.OpenSession(ctx, s.client, fmt.Sprintf("Crowd game %d", index+1))
	if err != nil {
		return err
	}
	r := oracle.NewRecord(s.ledger, play.SessionID, index)
	r.Play(play.GameID, play.PlayedAt)
	s.ids = append(s.ids, play.SessionID)
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
