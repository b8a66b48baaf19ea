package faultproxy_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/coder/websocket"

	"partyline/protocol"
	"partyline/protocol/client"
)

// maxMessage bounds a message of the server in bytes, as the client's own bound does.
const maxMessage = 16 << 20

// live passes the messages of one WebSocket on, both ways.
func (p *Proxy) live(w http.ResponseWriter, r *http.Request) {
	here, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = here.CloseNow() }()
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	defer cancel()
	there, _, err := websocket.Dial(ctx, "http://"+p.to+client.WebSocketPath, nil)
	if err != nil {
		return
	}
	defer func() { _ = there.CloseNow() }()
	there.SetReadLimit(maxMessage)
	s := &socket{proxy: p, here: here, there: there, bad: p.sockets.Add(1)%2 == 0, muted: map[string]bool{}}
	go func() { // ends with either connection
		defer cancel()
		s.ask(ctx)
	}()
	s.answer(ctx)
}

// socket is one WebSocket on both sides of the proxy.
type socket struct {
	proxy       *Proxy
	here, there *websocket.Conn // the client's, the server's
	bad         bool            // faults in events concern it
	held        []byte          // an event that is to come after the next one

	mu    sync.Mutex
	muted map[string]bool // requests whose answer cuts the connection
}

// ask passes on what the client sends.
func (s *socket) ask(ctx context.Context) {
	for {
		_, text, err := s.here.Read(ctx)
		if err != nil {
			return
		}
		if text = s.request(ctx, text); text == nil {
			continue
		}
		if s.there.Write(ctx, websocket.MessageText, text) != nil {
			return
		}
	}
}

// request is what is passed on of a message; nil for nothing.
func (s *socket) request(ctx context.Context, text []byte) []byte {
	var m protocol.ClientMessage
	if json.Unmarshal(text, &m) != nil || m.Op != "votes.live" {
		return text
	}
	f, n := s.proxy.fault, s.proxy.votes.Add(1)
	switch {
	case every(n, f.Swallow):
		_ = s.here.Write(ctx, websocket.MessageText, fmt.Appendf(nil, `{"type":"response","id":"%s","status":200,"data":%s}`, m.ID, accepted))
		return nil
	case every(n, f.Mute):
		s.mu.Lock()
		s.muted[m.ID] = true
		s.mu.Unlock()
	case every(n, f.Repeat):
		second := m
		second.ID, second.Key, second.Data = "again", "", later(m.Data)
		if text, err := json.Marshal(second); err == nil {
			_ = s.there.Write(ctx, websocket.MessageText, text)
		}
	}
	if f.Amnesia {
		m.Key = ""
		text, _ = json.Marshal(m) // a message that was read can be written
	}
	return text
}

// answer passes on what the server sends, until the connection ends.
func (s *socket) answer(ctx context.Context) {
	for {
		_, text, err := s.there.Read(ctx)
		if closed, ok := errors.AsType[websocket.CloseError](err); ok {
			_ = s.here.Close(closed.Code, closed.Reason)
		}
		if err != nil {
			return
		}
		for _, m := range s.spoil(text) {
			if s.here.Write(ctx, websocket.MessageText, m) != nil {
				return
			}
		}
		if s.cuts(text) {
			return
		}
	}
}

// cuts says whether a message is the answer to a muted request.
func (s *socket) cuts(text []byte) bool {
	if s.proxy.fault.Mute == 0 {
		return false
	}
	var m protocol.Response
	s.mu.Lock()
	defer s.mu.Unlock()
	return json.Unmarshal(text, &m) == nil && m.Type == protocol.MessageResponse && s.muted[m.ID]
}

// spoil is what is sent in place of a message.
func (s *socket) spoil(text []byte) [][]byte {
	m, err := client.ReadMessage(text)
	f := s.proxy.fault
	switch {
	case err != nil, s.cuts(text), f.Repeat > 0 && bytes.Contains(text, []byte(`"id":"again"`)):
		return nil
	case f.Miscount && m.Type == protocol.MessageTally:
		return [][]byte{miscounted(text)}
	case !m.Event || !s.bad:
		return [][]byte{text}
	case s.held != nil:
		both := [][]byte{text, s.held}
		s.held = nil
		return both
	}
	switch m.Seq {
	case f.Lose:
		return nil
	case f.Double:
		return [][]byte{text, text}
	case f.Swap:
		s.held = bytes.Clone(text)
		return nil
	case f.Alter:
		return [][]byte{bytes.Replace(text, []byte(`"timestamp":"20`), []byte(`"timestamp":"19`), 1)}
	}
	return [][]byte{text}
}

func miscounted(text []byte) []byte {
	var t protocol.Tally
	if json.Unmarshal(text, &t) != nil {
		return text
	}
	for i := range t.Games {
		t.Games[i].Upvotes++
	}
	text, _ = json.Marshal(t) // a tally that was read can be written
	return text
}
