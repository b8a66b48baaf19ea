package contract_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"partyline/protocol"
)

// messageTimeout is how long a test waits for a message.
const messageTimeout = 10 * time.Second

// messages validates WebSocket messages against the description.
type messages struct {
	compiler *jsonschema.Compiler
	seen     map[string]bool
}

func newMessages(t *testing.T) *messages {
	t.Helper()
	return &messages{compiler(t), map[string]bool{}}
}

// check validates a message.
func (m *messages) check(t *testing.T, raw []byte) map[string]any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("not JSON: %s", raw)
	}
	kind, _ := v.(map[string]any)["type"].(string)
	s, err := m.compiler.Compile("asyncapi.yaml#/components/schemas/" + kind)
	if err != nil {
		t.Fatalf("message %q is not described: %v", kind, err)
	}
	if err := s.Validate(v); err != nil {
		t.Errorf("%s: %v", raw, err)
	}
	m.seen[kind] = true
	var out map[string]any
	_ = json.Unmarshal(raw, &out) // it was read above
	return out
}

// socket is a WebSocket of which every message is checked.
type socket struct {
	t        *testing.T
	conn     *websocket.Conn
	messages *messages
}

func (h *testServer) dial(m *messages) *socket {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), messageTimeout)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, strings.Replace(h.url, "http", "ws", 1)+"/api/sessions/live", nil)
	if err != nil {
		h.t.Fatal("dial:", err)
	}
	conn.SetReadLimit(-1)
	h.t.Cleanup(func() { _ = conn.CloseNow() })
	return &socket{h.t, conn, m}
}

// send validates and sends a message.
func (s *socket) send(v params) {
	s.t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		s.t.Fatal(err)
	}
	s.messages.check(s.t, b)
	s.sendRaw(string(b))
}

func (s *socket) sendRaw(text string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), messageTimeout)
	defer cancel()
	if err := s.conn.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
		s.t.Fatal("say:", err)
	}
}

// receive reads until a message of that type arrives.
func (s *socket) receive(kind string) map[string]any {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), messageTimeout)
	defer cancel()
	for {
		_, b, err := s.conn.Read(ctx)
		if err != nil {
			s.t.Fatalf("waiting for %s: %v", kind, err)
		}
		if m := s.messages.check(s.t, b); m["type"] == kind {
			return m
		}
	}
}

// TestGoldenEventsAreAsDescribed: the golden JSON of the protocol.
func TestGoldenEventsAreAsDescribed(t *testing.T) {
	t.Parallel()
	m := newMessages(t)
	for _, word := range protocol.EventTypes() {
		b, err := os.ReadFile(filepath.Join("..", "..", "protocol", "testdata", "events", string(word)+".json"))
		if err != nil {
			t.Fatal(err)
		}
		if got := m.check(t, b)["type"]; got != string(word) {
			t.Errorf("%s holds a %v", word, got)
		}
	}
}

// TestMessageExamplesAreAsDescribed: those of the description itself.
func TestMessageExamplesAreAsDescribed(t *testing.T) {
	t.Parallel()
	m := newMessages(t)
	walk(parsed(t, protocol.AsyncAPI), "", func(_ string, node map[string]any) {
		if payload, ok := node["payload"].(map[string]any); ok && payload["type"] != nil {
			b, err := json.Marshal(payload)
			if err != nil {
				t.Fatal(err)
			}
			m.check(t, b)
		}
	})
	if len(m.seen) < 20 {
		t.Errorf("only %d examples were found", len(m.seen))
	}
}

// TestWebSocketMessagesMatchTheDescription has a socket say and hear every message once.
func TestWebSocketMessagesMatchTheDescription(t *testing.T) {
	t.Parallel()
	m := newMessages(t)
	h := newTestServer(t, checker(t), options{}).login()
	screen, tally := h.dial(m), h.dial(m)
	unauthenticated(screen)
	for _, s := range []*socket{screen, tally} {
		s.send(params{"type": "auth", "token": h.token})
		s.receive("auth_success")
	}
	request(screen)
	h.ask("sessions.create", params{"notes": "Friday game night"}).want(201)
	screen.receive("session.started")
	screen.send(params{"type": "subscribe", "sessionId": 1, "since": 0, "snapshot": true, "mode": "events"})
	screen.receive("subscribed")
	tally.send(params{"type": "subscribe", "sessionId": 1, "mode": "tally"})
	tally.receive("subscribed")
	tally.receive("tally")
	everyEvent(h, screen, tally)
	screen.send(params{"type": "unsubscribe", "sessionId": 1})
	screen.receive("unsubscribed")
	if err := h.gateway.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	screen.receive("server.draining")
	foldedSession(t, m)
	for _, described := range described(t) {
		if !m.seen[described] {
			t.Errorf("%s was neither said nor heard", described)
		}
	}
}

// unauthenticated sends messages before auth and checks the errors.
func unauthenticated(s *socket) {
	s.send(params{"type": "ping"})
	s.receive("pong")
	s.send(params{"type": "subscribe", "sessionId": 1})
	s.receive("error")
	s.send(params{"type": "auth", "token": "garbage"})
	s.receive("auth_error")
	s.sendRaw(`{"type":"auth"}`)
	s.receive("auth_error")
	s.sendRaw(`what?`)
	s.receive("error")
	s.sendRaw(`{"type":"dance"}`)
	s.receive("error")
}

func request(s *socket) {
	s.send(params{"type": "request", "id": "7", "op": "games.get", "data": params{"id": 31}})
	s.receive("response")
	s.send(params{"type": "request", "id": 8, "op": "games.get", "data": params{"id": 999}, "key": "k"})
	s.receive("response")
	s.send(params{"type": "subscribe", "sessionId": 99})
	s.receive("error")
}

// everyEvent causes one event of every kind.
func everyEvent(h *testServer, screen, tally *socket) {
	h.joined()
	screen.receive("session.join")
	h.ask("sessions.games.add", params{"id": 1, "game_id": 31}).want(201)
	screen.receive("game.added")
	tally.receive("snapshot")
	h.ask("sessions.games.room_code", params{"id": 1, "gameId": 10001, "room_code": "abcd"}).want(200)
	screen.receive("game.room-code")
	h.ask("sessions.games.player_count", params{"id": 1, "gameId": 10001, "player_count": 6}).want(200)
	screen.receive("player-count.updated")
	h.ask("votes.live", params{"username": "ann", "vote": "up", "timestamp": now()}).want(200)
	screen.receive("vote.received")
	poll(h, screen)
	h.ask("join.vote", params{"vote": "up"}).want(200)
	h.ask("join.vote", params{"vote": "down"}).want(200)
	for replaced := any(nil); replaced == nil; { // of the guest's second vote
		replaced = screen.receive("vote.received")["data"].(map[string]any)["vote"].(map[string]any)["replaced"]
	}
	h.ask("sessions.poll.start", params{"id": 1, "game_ids": []int{31, 70}}).want(201)
	h.ask("sessions.join.void", params{"id": 1, "address": h.address()}).want(200)
	screen.receive("votes.voided")
	h.ask("sessions.poll.cancel", params{"id": 1}).want(200)
	h.ask("sessions.chat_import", params{"id": 1, "chatData": []any{params{"username": "bob", "message": "thisgame++", "timestamp": now()}}}).want(200)
	screen.receive("chat.imported")
	again := h.dial(screen.messages)
	again.send(params{"type": "auth", "token": h.token})
	again.send(params{"type": "subscribe", "sessionId": 1, "snapshot": true})
	again.receive("subscribed")
	again.send(params{"type": "subscribe", "sessionId": 1, "since": 99, "epoch": h.journal.Epoch().ID})
	if m := again.receive("subscribed"); m["reset"] != true || m["snapshot"] == nil {
		h.t.Errorf("%v", m)
	}
	h.ask("sessions.games.status", params{"id": 1, "gameId": 10001, "status": "skipped"}).want(200)
	screen.receive("game.status")
	h.ask("sessions.games.remove", params{"id": 1, "gameId": 10001}).want(200)
	screen.receive("game.removed")
	h.ask("sessions.close", params{"id": 1}).want(200)
	screen.receive("session.ended")
	h.ask("sessions.delete", params{"id": 1}).want(200)
	screen.receive("session.deleted")
	tally.receive("session.deleted")
}

// address is the one from which guests have voted in session 1.
func (h *testServer) address() string {
	h.t.Helper()
	var list protocol.GuestAddresses
	if err := json.Unmarshal(h.ask("sessions.join.addresses", params{"id": 1}).body, &list); err != nil || len(list.Addresses) != 1 {
		h.t.Fatal(err, list)
	}
	return list.Addresses[0].ID
}

// poll is a poll and a vote in it.
func poll(h *testServer, screen *socket) {
	h.ask("sessions.poll.start", params{"id": 1, "game_ids": []int{31, 70}}).want(201)
	screen.receive("poll.started")
	h.ask("sessions.poll.vote", params{"id": 1, "username": "ann", "choice": 2}).want(200)
	screen.receive("poll.tally")
	h.ask("sessions.poll.end", params{"id": 1}).want(200)
	screen.receive("poll.ended")
}

// described are the messages of the description, in both directions.
func described(t *testing.T) []string {
	t.Helper()
	var names []string
	for name := range parsed(t, protocol.AsyncAPI)["components"].(map[string]any)["messages"].(map[string]any) {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// TestSnapshotsAreAsDescribed: what a screen is sent that was too slow for every event.
func TestSnapshotsAreAsDescribed(t *testing.T) {
	t.Parallel()
	h := newTestServer(t, checker(t), options{}).login()
	h.ask("sessions.create", nil).want(201)
	h.ask("sessions.games.add", params{"id": 1, "game_id": 31}).want(201)
	h.ask("votes.live", params{"username": "ann", "vote": "up", "timestamp": now()}).want(200)
	state, err := h.hub.State(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(protocol.SnapshotMessage{Type: protocol.MessageSnapshot, SessionID: 1, Seq: state.Seq, Data: state})
	if err != nil {
		t.Fatal(err)
	}
	newMessages(t).check(t, b)
}
