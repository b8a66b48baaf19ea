package attack

import (
	"context"
	"errors"
	"fmt"
	"time"

	"partyline/loadtest/report"
	"partyline/loadtest/target"
	"partyline/protocol"
	"partyline/protocol/client"
)

const (
	// sessionsListed and votesSearched are how many sessions and votes a hub of many years has.
	sessionsListed = 10_000
	votesSearched  = 300_000
	// workers prepare an attack.
	workers = 32
	// slack is how many sockets and goroutines may come and go by themselves.
	slack = 20
	// recovery is how long what the attackers used may be left.
	recovery = 20 * time.Second
)

// hub is the server under attack, and what attackers know of it.
type hub struct {
	task
	server *target.Server
	admin  *client.Client
	calm   Regular // what regular users met last while nobody attacked
	closed func()  // closes what is before the server
}

// open starts the server for an attack, opens the attackers' session, and measures regular users
// alone: a cold server would be slow at first, and use less. Close it.
func open(ctx context.Context, o Options, a attack) (*hub, error) {
	to := target.Options{Binary: o.Binary, Output: o.Output}
	if a.address != nil {
		to.Flags, to.Wrap = []string{"--trusted-proxy", "127.0.0.1"}, a.address.wrap()
	}
	server, err := target.New(ctx, to)
	if err != nil {
		return nil, err
	}
	h := &hub{server: server, task: task{Addr: server.Addr}, closed: func() {}}
	if err := h.setUp(ctx, a); err != nil {
		return nil, errors.Join(err, h.close())
	}
	return h, nil
}

func (h *hub) setUp(ctx context.Context, a attack) (err error) {
	if a.address != nil && a.address.https {
		err = h.startTLS(ctx)
	} else {
		_, err = h.server.Run(ctx)
	}
	if err != nil {
		return err
	}
	if err := h.openSession(ctx); err != nil {
		return err
	}
	if h.calm, err = h.regular(ctx, a, calm, nil); err != nil || a.address == nil {
		return err
	}
	if a.address.prepare != nil {
		if err := a.address.prepare(ctx, h); err != nil {
			return fmt.Errorf("prepare: %w", err)
		}
	}
	h.calm, err = h.regular(ctx, a, alone, nil)
	return err
}

// openSession opens the attackers' session, with a join code.
func (h *hub) openSession(ctx context.Context) (err error) {
	if h.admin, err = client.Login(ctx, "http://"+h.Addr, h.server.AdminKey); err != nil {
		return err
	}
	h.Admin = h.admin.Token()
	if h.Session, h.Code, err = h.joined(ctx, protocol.PolicyLatest); err != nil {
		return err
	}
	viewer, err := h.admin.IssueToken(ctx, protocol.RoleViewer, "attack", 0)
	h.Viewer = viewer.Secret
	return err
}

// joined opens a session with a join code.
func (h *hub) joined(ctx context.Context, policy protocol.JoinPolicy) (protocol.SessionID, string, error) {
	play, err := target.OpenSession(ctx, h.admin, "Attacked game")
	if err != nil {
		return 0, "", err
	}
	join, err := h.admin.OpenJoin(ctx, play.SessionID, policy)
	if err != nil {
		return 0, "", err
	}
	return play.SessionID, *join.Code, nil
}

// close stops the server by SIGTERM and removes the folder.
func (h *hub) close() error {
	if h.admin != nil {
		h.admin.Close()
	}
	h.closed()
	if err := h.server.Close(); err != nil {
		return fmt.Errorf("the server's end: %w", err)
	}
	return nil
}

// wrap is the command that runs the server; nil for none.
func (a *addressAttack) wrap() []string {
	if a.slowDisk == 0 {
		return nil
	}
	const syncs = "fsync,fdatasync,msync"
	return []string{"strace", "-D", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=" + syncs,
		"-e", fmt.Sprintf("inject=%s:delay_enter=%d", syncs, a.slowDisk.Microseconds())}
}

// manySessions opens the sessions of a hub of many years.
func manySessions(ctx context.Context, h *hub) error {
	return report.Spread(ctx, workers, sessionsListed, func(ctx context.Context, _ int) error {
		_, err := h.admin.CreateSession(ctx, "load test")
		return err
	})
}

// manyVotes fills the attackers' session with votes of many names.
func manyVotes(ctx context.Context, h *hub) error {
	b, err := newBatchVoter(ctx, &attackers{task: h.task, met: map[string]int{}})
	if err != nil {
		return err
	}
	defer b.close()
	for n := 0; n < votesSearched; n += protocol.MaxBatchVotes {
		if err := b.cast(protocol.MaxBatchVotes); err != nil {
			return err
		}
	}
	return nil
}

// secondSession opens another session, in which each device has one vote.
func secondSession(ctx context.Context, h *hub) (err error) {
	_, h.OnceCode, err = h.joined(ctx, protocol.PolicyOnce)
	return err
}

// Resources are what the server uses.
type Resources struct {
	RSS        int64 `json:"rss_bytes"`
	Sockets    int   `json:"sockets"` // the journal's files come and go with what is written
	Goroutines int   `json:"goroutines"`
}

// resources reads them from /proc (Linux) and /metrics.
func (h *hub) resources(ctx context.Context) (r Resources, err error) {
	u, err := target.Measure(h.server.Pid())
	if err != nil {
		return r, err
	}
	r.RSS = u.RSS
	if r.Sockets, err = target.Sockets(h.server.Pid()); err != nil {
		return r, err
	}
	h.admin.Close() // the connection of the call before is none of what is counted
	m, err := target.ReadMetrics(ctx, h.admin)
	if r.Goroutines = int(m.Sum("go_goroutines", "")); err == nil && r.Goroutines == 0 {
		err = errors.New("/metrics tells no go_goroutines")
	}
	return r, err
}

// settle waits until the server uses no more than before; false when it does not.
func (h *hub) settle(ctx context.Context, before Resources) (r Resources, settled bool) {
	settled = report.Until(ctx, recovery, 200*time.Millisecond, func() bool {
		var err error
		r, err = h.resources(ctx)
		return err == nil && r.Sockets <= before.Sockets+slack && r.Goroutines <= before.Goroutines+slack
	})
	return r, settled
}
