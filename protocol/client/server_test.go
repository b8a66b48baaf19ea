package client_test

import (
	"context"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"partyline/actors"
	"partyline/gateway"
	"partyline/gateway/fanout"
	"partyline/persistence/memory"
	"partyline/protocol"
	"partyline/protocol/client"
)

const adminKey = "an admin key for tests"

// testServer is a client of a whole server with a journal in memory, behind a network that can be cut.
type testServer struct {
	*client.Client
	network *network
	session protocol.SessionID
}

// startServer serves until the test ends. The session has a game.
func startServer(t *testing.T) *testServer {
	t.Helper()
	var g *gateway.Gateway
	journal := memory.New(memory.Options{})
	hub, err := actors.New(t.Context(), actors.Options{Journal: journal,
		OnRevoked: func(id protocol.TokenID) { g.Revoked(id) }, OnJoinChanged: func(id protocol.SessionID, now protocol.JoinGeneration) { g.JoinChanged(id, now) }})
	if err != nil {
		t.Fatal(err)
	}
	engine := fanout.New(fanout.Options{Hub: hub})
	g, err = gateway.New(gateway.Options{Hub: hub, Engine: engine, AdminKey: adminKey, JWTSecret: []byte("a secret of thirty-two bytes, at least"),
		Log: zerolog.Nop(), Ready: hub.Health})
	if err != nil {
		t.Fatal(err)
	}
	server, served, l := g.HTTPServer(), make(chan error, 1), listen(t)
	go func() { served <- server.Serve(g.Listener(l)) }()
	h := &testServer{network: newNetwork(t, l.Addr().String())}
	t.Cleanup(func() {
		_ = server.Close()
		<-served
		engine.Close()
		g.Close()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = hub.Close(ctx)
		_ = journal.Close()
	})
	h.setUp(t)
	return h
}

func (h *testServer) setUp(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	if _, err := client.WaitReady(ctx, h.network.url); err != nil {
		t.Fatal(err)
	}
	var err error
	if h.Client, err = client.Login(ctx, h.network.url, adminKey); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	game, err := h.CreateGame(ctx, "Pack", "Quiplash")
	if err != nil {
		t.Fatal(err)
	}
	session, err := h.CreateSession(ctx, "test")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.AddGame(ctx, session.ID, game.ID); err != nil {
		t.Fatal(err)
	}
	h.session = session.ID
}

// upvotes returns the votes for the game of the session.
func (h *testServer) upvotes(t *testing.T) int64 {
	t.Helper()
	v, err := h.SessionVotes(t.Context(), h.session)
	if err != nil || len(v.Votes) != 1 {
		t.Fatalf("%+v, %v", v, err)
	}
	return v.Votes[0].Upvotes
}

func vote(session protocol.SessionID, name string) protocol.CastVote {
	now := protocol.TimestampOf(time.Now())
	return protocol.CastVote{SessionID: session, Username: name, Vote: protocol.VoteUp, Timestamp: now.VoteTimestamp()}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// network forwards connections to a server until it is cut.
type network struct {
	url string

	mu    sync.Mutex
	conns []net.Conn
}

func newNetwork(t *testing.T, to string) *network {
	t.Helper()
	l := listen(t)
	n := &network{url: "http://" + l.Addr().String()}
	var group sync.WaitGroup
	group.Go(func() {
		for {
			here, err := l.Accept()
			if err != nil {
				return
			}
			there, err := net.Dial("tcp", to)
			if err != nil {
				_ = here.Close()
				continue
			}
			n.mu.Lock()
			n.conns = append(n.conns, here, there)
			n.mu.Unlock()
			for _, way := range [][2]net.Conn{{here, there}, {there, here}} {
				group.Go(func() {
					_, _ = io.Copy(way[0], way[1])
					_ = way[0].Close()
					_ = way[1].Close()
				})
			}
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		n.cut()
		group.Wait()
	})
	return n
}

// cut closes every connection, as a network failure does.
func (n *network) cut() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range n.conns {
		_ = c.Close()
	}
	n.conns = nil
}
