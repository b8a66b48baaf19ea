package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"partyline/loadtest/wire"
	"partyline/protocol"
)

// waiting bounds the messages that came and were not yet shown: more than an
// evening at any speed has at once.
const waiting = 256

// screen is a WebSocket that prints. The connection's goroutine hands messages
// over; all else belongs to the evening.
type screen struct {
	conn     *wire.Conn
	close    context.CancelFunc
	messages chan message
	err      error // why messages was closed

	out   io.Writer
	every time.Duration

	votes  int
	ended  bool
	seq    protocol.Seq
	totals protocol.Totals
	news   bool // totals are not printed yet
	shown  time.Time
}

// message is what a screen looks at in what the hub sends.
type message struct {
	Type    string       `json:"type"`
	Message string       `json:"message"`
	Seq     protocol.Seq `json:"seq"`
	Data    struct {
		Game   protocol.AddedGame `json:"game"`
		Vote   protocol.Vote      `json:"vote"`
		Totals protocol.Totals    `json:"totals"`
	} `json:"data"`
}

// connect logs in and subscribes; the answers arrive as messages. Close ends it, and
// so does ctx.
func connect(ctx context.Context, addr, token string, session protocol.SessionID, out io.Writer, every time.Duration) (*screen, error) {
	conn, err := wire.Dial(ctx, addr, "/api/sessions/live")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	context.AfterFunc(ctx, func() { _ = conn.Close() }) // there is nothing left to lose
	s := &screen{conn: conn, close: cancel, messages: make(chan message, waiting), out: out, every: every}
	if err := s.greet(token, session); err != nil {
		cancel()
		return nil, err
	}
	go s.read(ctx)
	return s, nil
}

// greet says who we are and what we want to see, from the first event on.
func (s *screen) greet(token string, session protocol.SessionID) error {
	for _, m := range []any{
		map[string]any{"type": protocol.MessageAuth, "token": token},
		map[string]any{"type": protocol.MessageSubscribe, "sessionId": session, "since": 0},
	} {
		text, err := json.Marshal(m)
		if err == nil {
			err = s.conn.Send(text)
		}
		if err != nil {
			return fmt.Errorf("greet: %w", err)
		}
	}
	return nil
}

// read is the connection's goroutine: it ends when the connection does.
func (s *screen) read(ctx context.Context) {
	defer close(s.messages)
	for {
		text, err := s.conn.Next()
		if err != nil {
			s.err = fmt.Errorf("screen: %w", err)
			return
		}
		var m message
		if s.err = json.Unmarshal(text, &m); s.err != nil {
			return
		}
		select {
		case s.messages <- m:
		case <-ctx.Done():
			return
		}
	}
}

// show prints a message. A number that is left out or comes twice is an error: that
// is what a screen must never see.
func (s *screen) show(m message) error {
	if m.Type == protocol.MessageError || m.Type == protocol.MessageAuthError {
		return fmt.Errorf("screen: the hub says %q", m.Message)
	}
	if m.Type == protocol.MessageSubscribed || m.Seq == 0 {
		return nil
	}
	if m.Seq != s.seq+1 {
		return fmt.Errorf("screen: event %d came after %d", m.Seq, s.seq)
	}
	s.seq = m.Seq
	s.print(m)
	return nil
}

func (s *screen) print(m message) {
	switch protocol.EventType(m.Type) {
	case protocol.EventGameAdded:
		s.printGame(m.Data.Game)
	case protocol.EventVoteReceived:
		s.votes++
		s.totals, s.news = m.Data.Totals, true
		if time.Since(s.shown) >= s.every {
			s.flush()
		}
	case protocol.EventSessionEnded:
		s.flush()
		s.ended = true
		fmt.Fprintf(s.out, "\nThe session is closed.\n\n")
	}
}

func (s *screen) printGame(g protocol.AddedGame) {
	s.flush()
	fmt.Fprintf(s.out, "\n  Now playing: %s (%s, %d to %d players)", g.Title, g.PackName, g.MinPlayers, g.MaxPlayers)
	if g.RoomCode != nil {
		fmt.Fprintf(s.out, ", join with %s", *g.RoomCode)
	}
	fmt.Fprintln(s.out)
	s.shown = time.Now()
}

// flush prints the totals when they have changed since.
func (s *screen) flush() {
	if !s.news {
		return
	}
	t := s.totals
	fmt.Fprintf(s.out, "    %s  up %d  down %d  score %+d\n", bar(t), t.Upvotes, t.Downvotes, t.PopularityScore)
	s.news, s.shown = false, time.Now()
}

// barWidth is how long the bar of a game gets on which everybody voted.
const barWidth = 24

// bar shows thumbs up and down; past its width it shows shares.
func bar(t protocol.Totals) string {
	up, down := t.Upvotes, t.Downvotes
	if all := up + down; all > barWidth {
		up, down = up*barWidth/all, barWidth-up*barWidth/all
	}
	return fmt.Sprintf("%-*s", barWidth, strings.Repeat("+", int(up))+strings.Repeat("-", int(down)))
}
