package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"partyline/protocol"
	"partyline/protocol/client"
)

// tokenCommand asks a running hub for a scoped token.
type tokenCommand struct {
	Role      string        `required:"" placeholder:"ROLE" help:"viewer (may watch) or bot (may vote and read)."`
	Name      string        `required:"" placeholder:"NAME" help:"What the token is for; shown in the list of tokens."`
	Session   int           `placeholder:"ID" help:"The only session it is valid for; any session when left out."`
	ExpiresIn time.Duration `default:"24h" placeholder:"TIME" help:"Lifetime of the token, at most 8784h (default 24h)."`
	From      string        `default:"http://localhost:5000" placeholder:"URL" help:"Address of the running hub (default http://localhost:5000)."`
	AdminKey  string        `setting:"" placeholder:"KEY" help:"Its admin key; read from the data folder when not given."`
	Data      string        `default:"./partyline-data" setting:"" placeholder:"DIR" help:"Data folder (default ./partyline-data)."`
}

func (c *tokenCommand) check() []string {
	var p problems
	p.require(c.Role == string(protocol.RoleViewer) || c.Role == string(protocol.RoleBot), "--role: %q is not viewer or bot", c.Role)
	p.require(c.Session >= 0, "--session: must be a positive number")
	p.require(c.ExpiresIn > 0 && c.ExpiresIn <= protocol.MaxTokenTTL, "--expires-in: must be above 0 and at most %s", protocol.MaxTokenTTL)
	p.require(validURL(c.From), "--from: %q is not an http or https URL", c.From)
	return p
}

// Run prints the token alone on one line, for use in a shell.
func (c *tokenCommand) Run(ctx context.Context, t *terminal) error {
	key, err := adminKey(c.AdminKey, c.Data)
	if err != nil {
		return err
	}
	hub, err := client.Login(ctx, c.From, key)
	if err != nil {
		return err
	}
	request := protocol.IssueToken{Role: protocol.Role(c.Role), Name: c.Name, ExpiresIn: protocol.Duration(c.ExpiresIn)}
	if c.Session > 0 {
		id := protocol.SessionID(c.Session)
		request.SessionID = &id
	}
	var issued protocol.IssuedToken
	if err := hub.Call(ctx, http.MethodPost, "/api/auth/tokens", request, &issued); err != nil {
		return fmt.Errorf("create token: %w", err)
	}
	_, err = fmt.Fprintln(t.out, issued.Secret)
	return err
}
