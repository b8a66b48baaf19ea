package fake

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Fault is how the REST service fails.
type Fault int

// The faults.
const (
	None      Fault = iota
	Throttle        // 403 without a body
	Empty           // 200 without a body
	Broken          // 500
	Malformed       // 200 with half an answer
	Endless         // 200 with an answer that has no end
	Slow            // no answer until the client gives up
)

// Service is a room service, an http.Handler. The zero value has no rooms and no faults.
type Service struct {
	mu     sync.Mutex
	rooms  map[string]*Room
	ended  map[string]bool
	fault  Fault
	asked  []Request
	open   int
	peak   int
	ids    int
	change chan struct{} // closed and renewed with each change of open
	frozen chan struct{} // closed by Freeze(false); nil when not frozen
}

// Request is a request that the service received.
type Request struct {
	At   time.Time
	Path string
	// Role is that of a WebSocket, empty for REST.
	Role string
	// Again is true for a connection with the id and secret of an earlier one.
	Again bool
}

// New makes a Service.
func New() *Service {
	return &Service{rooms: map[string]*Room{}, ended: map[string]bool{}, change: make(chan struct{})}
}

// Open opens a room.
func (s *Service) Open(code string) *Room {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &Room{service: s, code: code, entities: map[string]any{}, listeners: map[*listener]struct{}{}, secrets: map[int]string{}}
	s.ids++
	r.seats = append(r.seats, seat{ID: s.ids, Role: "host"})
	s.rooms[code] = r
	return r
}

// Fail makes all REST answers fail, until None.
func (s *Service) Fail(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// Freeze stops all WebSockets: nothing is read, answered or welcomed.
func (s *Service) Freeze(frozen bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case frozen && s.frozen == nil:
		s.frozen = make(chan struct{})
	case !frozen && s.frozen != nil:
		close(s.frozen)
		s.frozen = nil
	}
}

// awaitUnfrozen waits while the service is frozen.
func (s *Service) awaitUnfrozen() {
	s.mu.Lock()
	frozen := s.frozen
	s.mu.Unlock()
	if frozen != nil {
		<-frozen
	}
}

// Asked returns all requests so far.
func (s *Service) Asked() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.asked...)
}

// Connections is how many WebSockets are open, and the most that were open at a time.
func (s *Service) Connections() (open, peak int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open, s.peak
}

// Await returns when exactly so many WebSockets are open.
func (s *Service) Await(ctx context.Context, open int) error {
	for {
		s.mu.Lock()
		now, change := s.open, s.change
		s.mu.Unlock()
		if now == open {
			return nil
		}
		select {
		case <-change:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// count changes the number of open WebSockets. The lock is held.
func (s *Service) count(d int) {
	s.open += d
	s.peak = max(s.peak, s.open)
	close(s.change)
	s.change = make(chan struct{})
}

// ServeHTTP implements http.Handler.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, ok := strings.CutPrefix(r.URL.Path, "/api/v2/rooms/")
	code, what, _ := strings.Cut(path, "/")
	if !strings.HasPrefix(r.UserAgent(), "Mozilla/") {
		w.WriteHeader(http.StatusForbidden) // clients that are not browsers are refused without a body
		return
	}
	if ok && what == "play" {
		s.serveSocket(w, r, code)
		return
	}
	room, fault := s.recordRequest(r, code)
	switch {
	case fault != None:
		fault.serve(w, r)
	case !ok || room == nil || what != "" && what != "connections":
		answer(w, http.StatusNotFound, map[string]any{"ok": false, "error": "no such room"})
	case what == "connections":
		answer(w, http.StatusOK, map[string]any{"ok": true, "body": map[string]any{"connections": room.seatCount()}})
	default:
		answer(w, http.StatusOK, map[string]any{"ok": true, "body": room.entry(r.Host)})
	}
}

// recordRequest records a REST request and returns its room.
func (s *Service) recordRequest(r *http.Request, code string) (*Room, Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, Request{At: time.Now(), Path: r.URL.Path})
	return s.rooms[code], s.fault
}

func (f Fault) serve(w http.ResponseWriter, r *http.Request) {
	switch f {
	case Throttle:
		w.WriteHeader(http.StatusForbidden)
	case Empty:
		w.WriteHeader(http.StatusOK)
	case Broken:
		http.Error(w, "oh no", http.StatusInternalServerError)
	case Malformed:
		_, _ = w.Write([]byte(`{"ok":true,"body":{"code":`)) // the client may be gone
	case Endless:
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				return
			}
		}
	case Slow:
		<-r.Context().Done()
	}
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may be gone
}
