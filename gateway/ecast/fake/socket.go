package fake

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/coder/websocket"
)

// Error codes of the service.
const (
	NotFound  = 2013
	NoRole    = 2014
	NoAccess  = 2023
	Ended     = 2027
	RateLimit = 2420
)

const subprotocol = "ecast-v0"

// writeTimeout bounds one write, so that a client that does not read cannot hold a test.
const writeTimeout = 5 * time.Second

var roles = []string{"player", "audience", "moderator", "host", "shard"}

// listener is an open WebSocket.
type listener struct {
	conn *websocket.Conn
	id   int
}

func (l *listener) write(text []byte) {
	ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
	defer cancel()
	_ = l.conn.Write(ctx, websocket.MessageText, text) // the reader notices closed connections
}

// serveSocket serves a WebSocket until either side ends it.
func (s *Service) serveSocket(w http.ResponseWriter, r *http.Request, code string) {
	s.awaitUnfrozen()
	if s.ignoresSockets(code) || !slices.Contains(r.Header.Values("Sec-Websocket-Protocol"), subprotocol) {
		http.Error(w, "no such protocol", http.StatusBadRequest)
		return
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{subprotocol}})
	if err != nil {
		return // answered by Accept
	}
	defer func() { _ = conn.CloseNow() }()
	l := &listener{conn: conn}
	room := s.admit(l, r, code)
	defer s.removeListener(room, l)
	if room == nil {
		_ = conn.Close(websocket.StatusNormalClosure, "")
		return
	}
	for {
		if _, _, err := conn.Read(r.Context()); err != nil {
			return
		}
	}
}

func (s *Service) ignoresSockets(code string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	room := s.rooms[code]
	return room != nil && room.ignoreSockets
}

// admit welcomes or refuses. The welcome is sent before any other frame.
func (s *Service) admit(l *listener, r *http.Request, code string) *Room {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count(1)
	q := r.URL.Query()
	s.asked = append(s.asked, Request{At: time.Now(), Path: r.URL.Path, Role: q.Get("role"), Again: q.Get("secret") != ""})
	room := s.rooms[code]
	if why := s.refusalCode(room, r, code); why != 0 {
		l.write(encode(map[string]any{"pc": 1, "opcode": "error", "result": map[string]any{"code": why, "msg": "refused"}}))
		return nil
	}
	l.id = room.identify(r)
	room.listeners[l] = struct{}{}
	room.sequence++
	l.write(encode(map[string]any{"pc": room.sequence, "opcode": "client/welcome", "result": map[string]any{
		"id": l.id, "name": q.Get("name"), "secret": room.secrets[l.id], "reconnect": q.Get("secret") != "",
		"profile": map[string]any{"id": l.id, "roles": map[string]any{q.Get("role"): map[string]any{}}},
		"here":    room.here(), "entities": room.entities,
	}}))
	return room
}

// refusalCode is why a client is not admitted, 0 for admitted.
func (s *Service) refusalCode(room *Room, r *http.Request, code string) int {
	q := r.URL.Query()
	switch {
	case room == nil && s.ended[code]:
		return Ended
	case room == nil:
		return NotFound
	case room.refusal != 0:
		return room.refusal
	case !slices.Contains(roles, q.Get("role")):
		return NoRole
	case q.Get("name") == "" || q.Get("user-id") == "" || q.Get("format") != "json":
		return NoAccess
	case q.Get("secret") != "" && room.secrets[number(q.Get("id"))] != q.Get("secret"):
		return NoAccess
	}
	return 0
}

func (s *Service) removeListener(room *Room, l *listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count(-1)
	if room != nil {
		delete(room.listeners, l)
	}
}

// identify returns the connection's id: a known one, a new seat's, or an observer's.
func (r *Room) identify(req *http.Request) int {
	q := req.URL.Query()
	if q.Get("secret") != "" {
		return number(q.Get("id"))
	}
	var id int
	if role := q.Get("role"); role == "player" || role == "host" {
		id = r.join(role, q.Get("name"))
	} else {
		r.service.ids++
		id = r.service.ids
	}
	r.secrets[id] = rand.Text()
	return id
}

// here is everybody who ever had a seat.
func (r *Room) here() map[string]any {
	all := map[string]any{}
	for _, s := range r.seats {
		all[strconv.Itoa(s.ID)] = map[string]any{"id": s.ID, "roles": map[string]any{s.Role: map[string]any{"name": s.Name}}}
	}
	return all
}

// broadcast sends a frame to all listeners. The lock is held, so that all get the same order.
func (r *Room) broadcast(opcode string, result any) {
	r.sequence++
	text := encode(map[string]any{"pc": r.sequence, "opcode": opcode, "result": result})
	for l := range r.listeners {
		l.write(text)
	}
}

// closeAll closes all connections with a code; 1005 is a close without one.
func (r *Room) closeAll(code int) {
	for l := range r.listeners {
		_ = l.conn.Close(websocket.StatusCode(code), "") // the reader notices closed connections
	}
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // a test's own values
	}
	return b
}
