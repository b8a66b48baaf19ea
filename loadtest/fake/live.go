package fake

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/coder/websocket"

	"partyline/protocol"
)

// live serves one WebSocket: a goroutine per subscription writes, this one reads.
func (s *Server) live(w http.ResponseWriter, r *http.Request) {
	c, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = c.CloseNow() }()
	s.mu.Lock()
	s.conns[c] = true
	s.screens++
	bad := s.screens%2 == 0 // faults in delivery concern every other screen
	s.mu.Unlock()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for {
		_, b, err := c.Read(ctx)
		if err != nil {
			return
		}
		var m protocol.ClientMessage
		if json.Unmarshal(b, &m) == nil {
			s.answer(ctx, c, m, bad)
		}
	}
}

// epoch is that of all fakes: none of them is ever restored.
const epoch protocol.Epoch = "fakefakefakefake"

func (s *Server) answer(ctx context.Context, c *websocket.Conn, m protocol.ClientMessage, bad bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch m.Type {
	case protocol.MessageAuth:
		send(ctx, c, protocol.Notice{Type: protocol.MessageAuthSuccess})
	case protocol.MessageRequest:
		status, data := s.request(m)
		if status == muted {
			_ = c.CloseNow()
			return
		}
		send(ctx, c, protocol.Response{Type: protocol.MessageResponse, ID: m.ID, Status: status, Data: data})
	case protocol.MessageSubscribe:
		n, ok := s.sessions[m.SessionID]
		if !ok {
			send(ctx, c, protocol.Notice{Type: protocol.MessageError, Message: "Session not found"})
			return
		}
		head := protocol.Seq(len(n.log))
		send(ctx, c, protocol.Subscribed{Type: protocol.MessageSubscribed, SessionID: n.id, Mode: m.Mode, Epoch: epoch, Seq: head})
		if m.Mode == protocol.ModeTally {
			go s.tallies(ctx, c, n) // ends with the connection
			return
		}
		if m.Since != nil {
			head = *m.Since
		}
		go s.events(ctx, c, n, head, bad) // ends with the connection
	}
}

// request does what a request frame asks for.
func (s *Server) request(m protocol.ClientMessage) (int, any) {
	if m.Op == "sessions.poll.vote" {
		var v protocol.VotePoll
		_ = json.Unmarshal(m.Data, &v)
		return s.oncePoll(m.Key, v)
	}
	var v protocol.CastVote
	_ = json.Unmarshal(m.Data, &v)
	return s.once(m.Key, v)
}

// events writes everything after the cursor, for ever.
func (s *Server) events(ctx context.Context, c *websocket.Conn, n *session, after protocol.Seq, bad bool) {
	for {
		s.mu.Lock()
		waiting := slices.Clone(n.log[min(int(after), len(n.log)):])
		news := s.news
		s.mu.Unlock()
		begin := after
		after += protocol.Seq(len(waiting))
		if bad {
			waiting = s.fault.spoil(waiting, begin)
		}
		for _, e := range waiting {
			if c.Write(ctx, websocket.MessageText, e) != nil {
				return
			}
		}
		select {
		case <-news:
		case <-ctx.Done():
			return
		}
	}
}

func (s *Server) tallies(ctx context.Context, c *websocket.Conn, n *session) {
	tick := time.NewTicker(protocol.TallyInterval)
	defer tick.Stop()
	for last := protocol.Seq(0); ; {
		s.mu.Lock()
		t := n.tally()
		s.mu.Unlock()
		for i := range t.Games {
			if s.fault.Miscount {
				t.Games[i].Upvotes++
			}
		}
		if t.Seq > last && !send(ctx, c, t) {
			return
		}
		last = t.Seq
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// spoil breaks the events after a cursor as the fault wants.
func (f Fault) spoil(events [][]byte, after protocol.Seq) (out [][]byte) {
	for i := 0; i < len(events); i++ {
		switch e, seq := events[i], after+protocol.Seq(i)+1; {
		case seq == f.Lose:
		case seq == f.Double:
			out = append(out, e, e)
		case seq == f.Swap && i+1 < len(events):
			out = append(out, events[i+1], e)
			i++
		case seq == f.Alter:
			out = append(out, bytes.Replace(e, []byte(`"timestamp":"20`), []byte(`"timestamp":"19`), 1))
		default:
			out = append(out, e)
		}
	}
	return out
}

func send(ctx context.Context, c *websocket.Conn, m any) bool {
	b, err := json.Marshal(m)
	return err == nil && c.Write(ctx, websocket.MessageText, b) == nil
}
