package hooks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"partyline/loadtest/api"
	"partyline/loadtest/hooks/receiver"
	"partyline/loadtest/process"
	"partyline/protocol"
)

const (
	// readyWithin is when a start counts as failed; the goal is a second.
	readyWithin = 30 * time.Second
	// stopWithin is longer than the server's own limit for draining.
	stopWithin = 15 * time.Second
	// calls are the loopback, which webhooks may not reach otherwise.
	calls = "127.0.0.0/8"
)

// Programs are what a run starts.
type Programs struct {
	// Server is the program under test.
	Server string
	// Receiver is a command that calls receiver.Serve; flags of a plan follow it.
	Receiver []string
	// Output gets what both write to stderr, at the same time.
	Output io.Writer
}

// stage is a server on a folder of its own and a receiver, both running.
type stage struct {
	folder   string
	addr     string
	server   *process.Server
	receiver *receiver.Remote
	client   *api.Client
}

// adminKey is of servers that live for one run on the loopback.
const adminKey = "key-of-the-webhook-test"

// open starts both and logs in. Close it.
func open(ctx context.Context, p Programs, plan receiver.Plan) (*stage, error) {
	s := &stage{}
	if err := s.start(ctx, p, plan); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *stage) start(ctx context.Context, p Programs, plan receiver.Plan) (err error) {
	if s.folder, err = os.MkdirTemp("", "partyline-hooks-"); err != nil {
		return err
	}
	if s.addr, err = process.FreeAddr(); err != nil {
		return err
	}
	if s.receiver, err = receiver.Start(p.Output, append(p.Receiver, plan.Flags()...)...); err != nil {
		return err
	}
	s.server = process.New(process.Options{
		Binary: p.Server, Data: filepath.Join(s.folder, "data"), Addr: s.addr, AdminKey: adminKey,
		Secret: "secret-of-the-webhook-test-and-nobody-else", Output: p.Output, Flags: []string{"--webhook-allow-cidr", calls},
	})
	if err = s.server.Start(); err != nil {
		return err
	}
	if err = s.ready(ctx); err != nil {
		return err
	}
	s.client, err = api.Login(ctx, s.addr, adminKey)
	return err
}

func (s *stage) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	_, err := api.WaitReady(ctx, s.addr)
	return err
}

// close ends what runs and removes the folder.
func (s *stage) close() error {
	var err error
	if s.client != nil {
		s.client.Close()
	}
	if s.server != nil {
		err = s.server.Stop(stopWithin)
	}
	if s.receiver != nil {
		err = errors.Join(err, s.receiver.End())
	}
	return errors.Join(err, os.RemoveAll(s.folder))
}

// session opens a session with a game to vote on.
func (s *stage) session(ctx context.Context) (protocol.SessionID, error) {
	created, err := s.client.CreateSession(ctx)
	if err != nil {
		return 0, err
	}
	return created.ID, s.nextGame(ctx, created.ID)
}

func (s *stage) nextGame(ctx context.Context, id protocol.SessionID) error {
	game, err := s.client.CreateGame(ctx, fmt.Sprintf("Game of session %d", id))
	if err != nil {
		return err
	}
	_, err = s.client.AddGame(ctx, id, game.ID)
	return err
}

// webhook registers an endpoint.
func (s *stage) webhook(ctx context.Context, endpoint int, events []protocol.EventType, sessions []protocol.SessionID) (protocol.WebhookID, error) {
	saved, err := s.client.CreateWebhook(ctx, protocol.CreateWebhook{
		Name: fmt.Sprintf("endpoint %d", endpoint), URL: s.receiver.URL + receiver.Path(endpoint),
		Secret: receiver.Secret(endpoint), Events: protocol.Events(events...), Sessions: sessions,
	})
	return saved.ID, err
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
