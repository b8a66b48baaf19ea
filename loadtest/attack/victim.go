package attack

import (
	"context"
	"errors"
	"fmt"

	"partyline/loadtest/report"
	"partyline/loadtest/target"
	"partyline/protocol"
	"partyline/protocol/client"
)

// victim is the server under attack, with what attackers get to know of it.
type victim struct {
	order
	server *target.Server
	admin  *client.Client
	game   protocol.GameID
	bot    string // token of the honest, for attacks from addresses
}

// open starts the program and opens the attackers' session. Close it.
func open(ctx context.Context, o target.Options) (*victim, error) {
	server, err := target.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	t := &victim{server: server}
	if err := t.openSession(ctx); err != nil {
		return nil, errors.Join(err, t.close())
	}
	return t, nil
}

// openSession opens the attackers' session.
func (t *victim) openSession(ctx context.Context) (err error) {
	if t.admin, err = t.server.Login(ctx); err != nil {
		return err
	}
	play, err := target.OpenSession(ctx, t.admin, "Attacked game")
	if err != nil {
		return err
	}
	t.Addr, t.Session, t.game, t.Admin = t.server.Addr, play.SessionID, play.GameID, t.admin.Token()
	viewer, err := t.admin.IssueToken(ctx, protocol.RoleViewer, "attack", 0)
	t.Viewer = viewer.Secret
	return err
}

// close stops the server as an operator would and removes the folder.
func (t *victim) close() error {
	if t.admin != nil {
		t.admin.Close()
	}
	if err := t.server.Close(); err != nil {
		return fmt.Errorf("the server's end: %w", err)
	}
	return nil
}

// choose finds attacks by their names; none is all.
func choose[A any](all []A, name func(A) string, only []string) (some []A, err error) {
	if len(only) == 0 {
		return all, nil
	}
	for _, wanted := range only {
		n := len(some)
		for _, a := range all {
			if name(a) == wanted {
				some = append(some, a)
			}
		}
		if len(some) == n {
			return nil, fmt.Errorf("no attack is called %q", wanted)
		}
	}
	return some, nil
}

func (o *Options) complete() {
	if o.Progress == nil {
		o.Progress = report.Quiet
	}
}
