package client

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"partyline/protocol"
)

// Client calls one server with one token. Its methods may be called concurrently.
type Client struct {
	base  string
	token string
	http  *http.Client
}

// New returns a client with a token, "" for none. base is the server's URL, such as
// http://localhost:5000. Nothing is sent yet. The caller must Close the client.
func New(base, token string) *Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = idleConnections
	return &Client{base: strings.TrimRight(base, "/"), token: token, http: &http.Client{Transport: transport}}
}

// idleConnections is how many connections of concurrent calls stay open for later calls;
// with fewer they would be closed and opened again.
const idleConnections = 64

// Login exchanges the admin key for an admin's token and returns a client with it.
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

// BaseURL is the server's scheme, host and port.
func (c *Client) BaseURL() string { return c.base }

// Token is the client's bearer token.
func (c *Client) Token() string { return c.token }

// WithToken returns a client of the same server with another token and with connections of
// its own. The caller must Close it, too.
func (c *Client) WithToken(token string) *Client { return New(c.base, token) }

// Close closes idle connections. The client stays usable: the next call opens a new one,
// for example after a restart of the server.
func (c *Client) Close() { c.http.CloseIdleConnections() }
