package client

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"partyline/protocol"
)

// Client calls one hub with one token. Its methods may be called from any goroutine.
type Client struct {
	base  string
	token string
	http  *http.Client
}

// New makes a client with a token, "" for none. Base is such as http://localhost:5000.
// Nothing is sent. Close it.
func New(base, token string) *Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = idleConnections
	return &Client{base: strings.TrimRight(base, "/"), token: token, http: &http.Client{Transport: transport}}
}

// idleConnections is how many connections of concurrent calls stay open for the next
// ones; more would only be opened again.
const idleConnections = 64

// Login makes a client with an admin's token, for which the admin key is exchanged.
func Login(ctx context.Context, base, key string) (*Client, error) {
	c := New(base, "")
	var answer protocol.Login
	if err := c.Call(ctx, http.MethodPost, "/api/auth/login", map[string]string{"key": key}, &answer); err != nil {
		c.Close()
		return nil, fmt.Errorf("log in: %w", err)
	}
	c.token = answer.Token
	return c, nil
}

// Base is the hub's scheme, host and port.
func (c *Client) BaseURL() string { return c.base }

// Token is sent as bearer.
func (c *Client) Token() string { return c.token }

// As is a client of the same hub with another token and with connections of its own.
// Close it, too.
func (c *Client) WithToken(token string) *Client { return New(c.base, token) }

// Close closes idle connections. After a restart of the hub they are dead: the next call
// opens new ones.
func (c *Client) Close() { c.http.CloseIdleConnections() }
