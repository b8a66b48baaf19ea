package scenario

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"partyline/loadtest/target"
	"partyline/loadtest/webhooks"
	"partyline/protocol"
	"partyline/protocol/client"
)

const (
	// nobody is an address that nothing answers: a load test calls no services outside.
	nobody = "http://127.0.0.1:9"
	// spareGames are for hosts who start the next game.
	spareGames = 12
	// settleWithin bounds the wait for the last deliveries after the load.
	settleWithin = time.Minute
)

// setup is a server on a folder of its own, with all that a script needs.
type setup struct {
	server   *target.Server
	client   *client.Client
	webhooks *webhooks.Check
	input    input
}

// open starts the server, and endpoints of webhooks where there are some, and prepares what the
// script needs. Close it.
func open(ctx context.Context, o *Options) (*setup, error) {
	s := &setup{webhooks: &webhooks.Check{}}
	err := s.start(ctx, o)
	if err == nil {
		err = s.prepare(ctx, o)
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *setup) start(ctx context.Context, o *Options) (err error) {
	if o.Scenario.Endpoints > 0 {
		if s.webhooks, err = webhooks.Start(webhooks.Options{Progress: o.Progress, Webhooks: o.Scenario.Endpoints, SettleWithin: settleWithin}); err != nil {
			return err
		}
	}
	s.webhooks.Started(time.Now())
	if s.server, err = o.Open(ctx, append([]string{"--ecast-url", nobody}, target.LoopbackWebhooks...)...); err != nil {
		return err
	}
	s.webhooks.Ready(time.Now())
	s.client, err = s.server.Login(ctx)
	return err
}

// prepare makes tokens, games, sessions and webhooks, and writes the input.
func (s *setup) prepare(ctx context.Context, o *Options) error {
	s.input = input{
		URL: s.server.Base(), Live: "ws://" + s.server.Addr + client.WebSocketPath, Key: s.server.AdminKey, Admin: s.client.Token(),
		Sessions: []inputSession{}, Games: []protocol.GameID{}, Summary: filepath.Join(s.server.Folder, "summary.json"),
	}
	s.input.override(o)
	var err, err2 error
	s.input.Bot, err = s.token(ctx, protocol.RoleBot)
	s.input.Viewer, err2 = s.token(ctx, protocol.RoleViewer)
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	for n := range spareGames {
		g, err := s.client.CreateGame(ctx, "Load test", fmt.Sprintf("Next game %d", n+1))
		if err != nil {
			return err
		}
		s.input.Games = append(s.input.Games, g.ID)
	}
	for range o.Scenario.Sessions {
		if err := s.session(ctx); err != nil {
			return err
		}
	}
	var ids []protocol.SessionID
	for _, b := range s.input.Sessions {
		ids = append(ids, b.ID)
	}
	if err := s.webhooks.Register(ctx, s.client, ids); err != nil {
		return err
	}
	return s.input.write(s.inputFile())
}

func (s *setup) inputFile() string { return filepath.Join(s.server.Folder, "stage.json") }

func (s *setup) token(ctx context.Context, role protocol.Role) (string, error) {
	t, err := s.client.IssueToken(ctx, role, "load test", 0)
	return t.Secret, err
}

// session opens a session and starts a game in it.
func (s *setup) session(ctx context.Context) error {
	play, err := target.OpenSession(ctx, s.client, "First game")
	s.input.Sessions = append(s.input.Sessions, inputSession{ID: play.SessionID, Game: play.GameID, Play: play.ID})
	return err
}

// stop stops the server by SIGTERM, and verifies its data.
func (s *setup) stop(ctx context.Context) error {
	if err := s.server.Stop(target.StopWithin); err != nil {
		return fmt.Errorf("SIGTERM: %w", err)
	}
	return s.server.Verify(ctx)
}

// close ends what still runs and removes the folder.
func (s *setup) close() error {
	var err error
	if s.client != nil {
		s.client.Close()
	}
	if s.server != nil {
		err = s.server.Close()
	}
	return errors.Join(err, s.webhooks.Close())
}

// input is what a script is given, as a file of JSON that loadtest/k6/lib/stage.js reads.
type input struct {
	// URL is of REST, Live of the WebSocket.
	URL  string `json:"url"`
	Live string `json:"live"`
	// Key is the admin key; the others are tokens of that role.
	Key    string `json:"key"`
	Admin  string `json:"admin"`
	Bot    string `json:"bot"`
	Viewer string `json:"viewer"`
	// Sessions are open and have a game; Games have not been played.
	Sessions []inputSession    `json:"sessions"`
	Games    []protocol.GameID `json:"games"`

	Long       bool        `json:"long"`
	Rate       int         `json:"rate"`
	Seconds    int         `json:"seconds"`
	Screens    int         `json:"screens"`
	Thresholds [][2]string `json:"thresholds"`
	// Summary is the file for the script's summary.
	Summary string `json:"summary"`
}

// inputSession is an open session and the game being played.
type inputSession struct {
	ID   protocol.SessionID `json:"id"`
	Game protocol.GameID    `json:"game"`
	Play protocol.PlayID    `json:"play"`
}

// override adds the options of the caller.
func (i *input) override(o *Options) {
	i.Long, i.Rate, i.Seconds, i.Screens = o.Long, o.Rate, o.Seconds, o.Screens
	i.Thresholds = [][2]string{}
	for _, t := range o.Thresholds {
		i.Thresholds = append(i.Thresholds, [2]string{t.Metric, t.Expression})
	}
}

// write writes the file for the script. Its keys are of a server that lives for one run.
func (i *input) write(path string) error {
	text, err := json.MarshalIndent(i, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}
