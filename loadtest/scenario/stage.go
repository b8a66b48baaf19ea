package scenario

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"partyline/loadtest/api"
	"partyline/loadtest/hooks/judge"
	"partyline/loadtest/hooks/receiver"
	"partyline/loadtest/process"
	"partyline/protocol"
)

const (
	// readyWithin is when a start on an empty folder counts as failed.
	readyWithin = 30 * time.Second
	// stopWithin is longer than the server's own limit for draining.
	stopWithin = 15 * time.Second
	// calls are the loopback, which webhooks may not reach otherwise.
	calls = "127.0.0.0/8"
	// nobody answers there: a load test has no word with services outside.
	nobody = "http://127.0.0.1:9"
	// spareGames are made for hosts who go on to the next one.
	spareGames = 12
	// adminKey is of servers that live for one run on the loopback.
	adminKey = "key-of-the-load-test"
)

// stage is a server on a folder of its own, with all that a script wants.
type stage struct {
	folder   string
	addr     string
	server   *process.Server
	client   *api.Client
	receiver *receiver.Remote
	hooks    []judge.Hook
	life     judge.Life
	brief    brief
}

// open starts the server, and the receiver when there are endpoints, and sets the
// stage. Close it.
func open(ctx context.Context, o *Options) (*stage, error) {
	s := &stage{}
	err := s.start(ctx, o)
	if err == nil {
		err = s.set(ctx, o)
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *stage) start(ctx context.Context, o *Options) (err error) {
	if s.folder, err = os.MkdirTemp("", "partyline-load-"); err != nil {
		return err
	}
	if s.addr, err = process.FreeAddr(); err != nil {
		return err
	}
	s.server = process.New(process.Options{
		Binary: o.Server, Data: filepath.Join(s.folder, "data"), Addr: s.addr, AdminKey: adminKey,
		Secret: "secret-of-the-load-test-and-nobody-else", Output: o.Output,
		Flags: []string{"--webhook-allow-cidr", calls, "--ecast-url", nobody},
	})
	s.life.Started = time.Now().UnixNano()
	if err := s.server.Start(); err != nil {
		return err
	}
	waiting, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	if _, err := api.WaitReady(waiting, s.addr); err != nil {
		return err
	}
	s.life.Ready = time.Now().UnixNano()
	s.client, err = api.Login(ctx, s.addr, adminKey)
	return err
}

// set makes tokens, games, sessions and webhooks, and writes the brief.
func (s *stage) set(ctx context.Context, o *Options) error {
	s.brief = brief{
		URL: "http://" + s.addr, Live: "ws://" + s.addr + api.LivePath, Key: adminKey, Admin: s.client.Token,
		Sessions: []briefSession{}, Games: []protocol.GameID{}, Summary: filepath.Join(s.folder, "summary.json"),
	}
	s.brief.wish(o)
	var err, err2 error
	s.brief.Bot, err = s.token(ctx, protocol.RoleBot)
	s.brief.Viewer, err2 = s.token(ctx, protocol.RoleViewer)
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	for n := range spareGames {
		g, err := s.client.CreateGame(ctx, fmt.Sprintf("Next game %d", n+1))
		if err != nil {
			return err
		}
		s.brief.Games = append(s.brief.Games, g.ID)
	}
	for range o.Scenario.Sessions {
		if err := s.session(ctx); err != nil {
			return err
		}
	}
	if err := s.register(ctx, o); err != nil {
		return err
	}
	return s.brief.write(s.briefFile())
}

func (s *stage) briefFile() string { return filepath.Join(s.folder, "stage.json") }

func (s *stage) token(ctx context.Context, role protocol.Role) (string, error) {
	t, err := s.client.IssueToken(ctx, role, "load test")
	return t.Secret, err
}

// session opens a session and starts a game in it.
func (s *stage) session(ctx context.Context) error {
	created, err := s.client.CreateSession(ctx)
	if err != nil {
		return err
	}
	game, err := s.client.CreateGame(ctx, fmt.Sprintf("First game of session %d", created.ID))
	if err != nil {
		return err
	}
	play, err := s.client.AddGame(ctx, created.ID, game.ID)
	s.brief.Sessions = append(s.brief.Sessions, briefSession{ID: created.ID, Game: game.ID, Play: play.ID})
	return err
}

// stop ends the server as an operator would, and checks what it leaves.
func (s *stage) stop(ctx context.Context) error {
	if err := s.server.Stop(stopWithin); err != nil {
		return fmt.Errorf("SIGTERM: %w", err)
	}
	return s.server.Verify(ctx)
}

// close ends what still runs and removes the folder.
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
