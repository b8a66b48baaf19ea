package fake

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"partyline/protocol"
)

// Key is the admin key that Login wants.
const Key = "fake-admin-key"

// Fault is one way to break the contract. The zero Fault is a sound server.
type Fault struct {
	// Lose, Double and Swap concern the event of that seq on its way to every other
	// screen: it is left out, sent twice, or sent after the next one.
	Lose, Double, Swap protocol.Seq
	// Alter sends another timestamp in that event to every other screen.
	Alter protocol.Seq
	// Swallow acknowledges every so-manieth vote without recording it.
	Swallow int
	// Repeat records every so-manieth vote twice.
	Repeat int
	// Miscount adds one to what REST says of a session's upvotes, and to tallies.
	Miscount bool
	// Unlist leaves the newest vote out of votes.list.
	Unlist bool
	// SwallowPolls acknowledges every so-manieth vote in a poll without counting it,
	// RepeatPolls counts it twice, WrongWinner makes the next after the winner win, and
	// Endless polls do not end when their time is over.
	SwallowPolls, RepeatPolls int
	WrongWinner, Endless      bool
	// MutePolls is as Mute, for votes in polls.
	MutePolls int
	// Forget drops the newest event of each session when the server is killed.
	Forget bool
	// Mute records every so-manieth vote and cuts the connection instead of answering,
	// as a crash at the worst moment would. That is no fault.
	Mute int
	// Amnesia takes no notice of idempotency keys.
	Amnesia bool
	// Unclean makes Stop report an exit code.
	Unclean bool
}

// Server is the fake. It can be started, killed and started again on one address,
// like process.Server; what it has recorded stays.
type Server struct {
	addr  string
	fault Fault

	mu       sync.Mutex
	http     *http.Server
	conns    map[*websocket.Conn]bool
	screens  int
	sessions map[protocol.SessionID]*session
	games    protocol.GameID
	votes    int
	// pollVotes are those in polls.
	pollVotes int
	answers   map[string][]byte
	// news is closed and replaced whenever an event is recorded.
	news chan struct{}
}

// New makes a server for the address, host:port with a port; it does not listen yet.
func New(addr string, f Fault) *Server {
	return &Server{
		addr: addr, fault: f, conns: map[*websocket.Conn]bool{}, sessions: map[protocol.SessionID]*session{},
		answers: map[string][]byte{}, news: make(chan struct{}),
	}
}

// Start listens and serves.
func (s *Server) Start() error {
	l, err := net.Listen("tcp", s.addr)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	server := &http.Server{Handler: s.routes(), ReadHeaderTimeout: time.Minute}
	s.http = server
	go func() { _ = server.Serve(l) }() // ends with Kill
	return nil
}

// Kill cuts every connection at once.
func (s *Server) Kill() error {
	err := s.cut()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, session := range s.sessions {
		if s.fault.Forget {
			session.forget()
		}
	}
	return err
}

// Stop cuts every connection too; it forgets nothing.
func (s *Server) Stop(time.Duration) error {
	if s.fault.Unclean {
		return errors.Join(s.cut(), errors.New("exit status 1"))
	}
	return s.cut()
}

func (s *Server) cut() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.http.Close()
	for c := range s.conns {
		_ = c.CloseNow()
	}
	clear(s.conns)
	return err
}

// Verify finds nothing wrong, ever.
func (s *Server) Verify(context.Context) error { return nil }

// Pid is 0: the server lives in this process.
func (s *Server) Pid() int { return 0 }
