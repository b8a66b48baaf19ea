package siege

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"partyline/loadtest/api"
	"partyline/loadtest/process"
	"partyline/protocol"
)

const (
	readyWithin = 30 * time.Second
	stopWithin  = 20 * time.Second
	adminKey    = "key-of-the-siege"
)

// target is the server under attack, with what attackers get to know of it.
type target struct {
	order
	folder string
	server *process.Server
	admin  *api.Client
	game   protocol.GameID
	bot    string // token of the honest, for attacks from addresses
}

// open starts the program on a folder of its own. Close it.
func open(ctx context.Context, o Options) (*target, error) {
	t := &target{}
	if err := t.start(ctx, o); err != nil {
		return nil, errors.Join(err, t.close())
	}
	return t, nil
}

func (t *target) start(ctx context.Context, o Options) (err error) {
	if t.folder, err = os.MkdirTemp("", "partyline-siege-"); err != nil {
		return err
	}
	if t.Addr, err = process.FreeAddr(); err != nil {
		return err
	}
	t.server = t.program(o)
	if err := t.server.Start(); err != nil {
		return err
	}
	ready, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	if _, err := api.WaitReady(ready, t.Addr); err != nil {
		return err
	}
	return t.furnish(ctx)
}

// program is the server that is not started yet.
func (t *target) program(o Options) *process.Server {
	return process.New(process.Options{Binary: o.Binary, Data: filepath.Join(t.folder, "data"), Addr: t.Addr,
		AdminKey: adminKey, Secret: "secret-of-the-siege-and-of-nobody-else", Output: o.Output, Flags: o.flags, Wrap: o.wrap})
}

// furnish opens the attackers' session.
func (t *target) furnish(ctx context.Context) (err error) {
	if t.admin, err = api.Login(ctx, t.Addr, adminKey); err != nil {
		return err
	}
	game, err := t.admin.CreateGame(ctx, "Besieged")
	if err != nil {
		return err
	}
	session, err := t.admin.CreateSession(ctx)
	if err != nil {
		return err
	}
	t.Session, t.game = session.ID, game.ID
	if _, err = t.admin.AddGame(ctx, session.ID, game.ID); err != nil {
		return err
	}
	t.Admin = t.admin.Token
	viewer, err := t.admin.IssueToken(ctx, protocol.RoleViewer, "siege")
	t.Viewer = viewer.Secret
	return err
}

// close stops the server as an operator would and removes the folder.
func (t *target) close() error {
	var err error
	if t.admin != nil {
		t.admin.Close()
	}
	if t.server != nil {
		if err = t.server.Stop(stopWithin); err != nil {
			err = fmt.Errorf("the server's end: %w", err)
		}
	}
	return errors.Join(err, os.RemoveAll(t.folder))
}
