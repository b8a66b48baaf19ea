package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"partyline/gateway/ecast/fake"
	"partyline/protocol"
	"partyline/protocol/client"
)

// watcher is a screen that reads only the events about players.
type watcher struct {
	t    *testing.T
	conn client.Socket
}

// watch subscribes to a session.
func (h *hostedServer) watch(t *testing.T, id protocol.SessionID, since protocol.Seq) *watcher {
	t.Helper()
	conn, err := h.admin.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := client.Subscribe(conn, client.Subscription{Session: id, Since: &since}); err != nil {
		t.Fatal(err)
	}
	return &watcher{t, conn}
}

// expectPlayers waits for the next player-count.updated and checks it; players below zero is
// no count.
func (w *watcher) expectPlayers(status string, players int) protocol.Seq {
	w.t.Helper()
	for {
		text, err := w.conn.Next()
		if err != nil {
			w.t.Fatal(err)
		}
		var e struct {
			Type protocol.EventType
			Seq  protocol.Seq
			Data protocol.PlayerCountUpdated
		}
		if err := json.Unmarshal(text, &e); err != nil || e.Type != protocol.EventPlayerCount {
			continue
		}
		counted := -1
		if e.Data.PlayerCount != nil {
			counted = *e.Data.PlayerCount
		}
		if e.Data.Status != status || counted != players {
			w.t.Fatalf("heard %s, want %s %d", text, status, players)
		}
		return e.Seq
	}
}

// awaitRoomConns waits until so many connections to rooms are open.
func awaitRoomConns(t *testing.T, rooms *fake.Service, open int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := rooms.Await(ctx, open); err != nil {
		now, _ := rooms.Connections()
		t.Fatalf("%d connections to rooms are open, want %d", now, open)
	}
}

func TestPlayersAreCountedThroughARestartUntilAHostCounts(t *testing.T) {
	rooms := fake.New()
	service := httptest.NewServer(rooms)
	defer service.Close()
	room := rooms.Open("QUIP")
	room.Join("ann")
	c := demoConfig(filepath.Join(t.TempDir(), "night"))
	c.AdminKey, c.EcastURL = testKey, service.URL+"/api/v2"

	h := hostConfig(t, c)
	var s protocol.Session
	h.call(t, http.MethodPost, "/api/sessions", map[string]any{}, &s)
	var g protocol.SessionGame
	h.call(t, http.MethodPost, fmt.Sprintf("/api/sessions/%d/games", s.ID), map[string]any{"game_id": 1, "room_code": "quip"}, &g)
	path := fmt.Sprintf("/api/sessions/%d/games/%d/", s.ID, g.ID)
	screen := h.watch(t, s.ID, 2)
	var check protocol.PlayerCheck
	h.call(t, http.MethodPost, path+"start-player-check", map[string]any{}, &check)
	if check.Status != "waiting" {
		t.Errorf("started with %+v", check)
	}
	screen.expectPlayers("checking", -1)
	screen.expectPlayers("waiting", 1)
	ben := room.Join("ben")
	last := screen.expectPlayers("waiting", 2)
	room.Leave(ben)
	h.end(t)()
	awaitRoomConns(t, rooms, 0)

	room.Join("cyd") // while nobody looks
	h = hostConfig(t, c)
	awaitRoomConns(t, rooms, 1) // nobody has asked for it
	screen = h.watch(t, s.ID, last)
	screen.expectPlayers("waiting", 3)
	room.Lock()
	screen.expectPlayers("started", 3)
	h.call(t, http.MethodPatch, path+"player-count", map[string]any{"player_count": 9}, &g)
	screen.expectPlayers("manual", 9)
	awaitRoomConns(t, rooms, 0)
	room.Join("dan")

	// Started once more, and left to the end of the server.
	h.call(t, http.MethodPost, path+"start-player-check", map[string]any{}, &check)
	screen.expectPlayers("checking", 9)
	screen.expectPlayers("started", 4)
	awaitRoomConns(t, rooms, 1)
	h.end(t)()
	awaitRoomConns(t, rooms, 0)
}

func TestPlayerCheckEndsWithItsRoom(t *testing.T) {
	rooms := fake.New()
	service := httptest.NewServer(rooms)
	defer service.Close()
	room := rooms.Open("QUIP")
	c := demoConfig(filepath.Join(t.TempDir(), "night"))
	c.AdminKey, c.EcastURL = testKey, service.URL+"/api/v2"
	h := hostConfig(t, c)
	var s protocol.Session
	h.call(t, http.MethodPost, "/api/sessions", map[string]any{}, &s)
	screen := h.watch(t, s.ID, 0)
	for _, code := range []string{"NONE", "QUIP"} {
		var g protocol.SessionGame
		h.call(t, http.MethodPost, fmt.Sprintf("/api/sessions/%d/games", s.ID), map[string]any{"game_id": 1, "room_code": code}, &g)
		h.call(t, http.MethodPost, fmt.Sprintf("/api/sessions/%d/games/%d/start-player-check", s.ID, g.ID), map[string]any{}, new(protocol.PlayerCheck))
		screen.expectPlayers("checking", -1)
		if code == "NONE" {
			screen.expectPlayers("failed", -1)
			continue
		}
		screen.expectPlayers("waiting", 0)
		room.Exit()
		screen.expectPlayers("finished", 0)
	}
	awaitRoomConns(t, rooms, 0)
}
