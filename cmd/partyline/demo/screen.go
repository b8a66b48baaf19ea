package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"partyline/protocol"
	"partyline/protocol/client"
)

// maxWaiting bounds the messages that were received and not yet shown: more than a demo at any
// speed has at once.
const maxWaiting = 256

// screen follows the session and prints. The connection's goroutine passes messages on;
// everything else belongs to the goroutine of the gameNight.
type screen struct {
	close    context.CancelFunc
	messages chan message
	err      error // why messages was closed

	out      io.Writer
	interval time.Duration

	votes         int
	ended         bool
	seq           protocol.Seq
	totals        protocol.Totals
	totalsChanged bool // since they were printed
	shown         time.Time
}

// message is what a screen reads of the hub's messages.
type message struct {
	Type string       `json:"type"`
	Seq  protocol.Seq `json:"seq"`
	Data struct {
		Game   protocol.AddedGame `json:"game"`
		Vote   protocol.Vote      `json:"vote"`
		Totals protocol.Totals    `json:"totals"`
	} `json:"data"`
}

// connect follows the session from its first event on, until close or the end of ctx.
func connect(ctx context.Context, hub *client.Client, session protocol.SessionID, out io.Writer, every time.Duration) *screen {
	ctx, cancel := context.WithCancel(ctx)
	s := &screen{close: cancel, messages: make(chan message, maxWaiting), out: out, interval: every}
	go s.read(ctx, hub, session)
	return s
}

// read is the screen's goroutine: it ends with ctx, or when the hub refuses.
func (s *screen) read(ctx context.Context, hub *client.Client, session protocol.SessionID) {
	defer close(s.messages)
	sub := &client.Subscription{Session: session, Since: new(protocol.Seq)}
	s.err = hub.Watch(ctx, sub, func(text client.Message) error {
		if !text.Event {
			return nil
		}
		var m message
		if err := json.Unmarshal(text.Text, &m); err != nil {
			return err
		}
		select {
		case s.messages <- m:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
}

// show prints a message. A seq that is missing or comes twice is an error: a screen must never
// see that.
func (s *screen) show(m message) error {
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
		s.totals, s.totalsChanged = m.Data.Totals, true
		if time.Since(s.shown) >= s.interval {
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

// flush prints the totals when they have changed.
func (s *screen) flush() {
	if !s.totalsChanged {
		return
	}
	t := s.totals
	fmt.Fprintf(s.out, "    %s  up %d  down %d  score %+d\n", bar(t), t.Upvotes, t.Downvotes, t.PopularityScore)
	s.totalsChanged, s.shown = false, time.Now()
}

// barWidth is the length of the longest bar.
const barWidth = 24

// bar shows up and down votes; above its width it shows shares.
func bar(t protocol.Totals) string {
	up, down := t.Upvotes, t.Downvotes
	if all := up + down; all > barWidth {
		up, down = up*barWidth/all, barWidth-up*barWidth/all
	}
	return fmt.Sprintf("%-*s", barWidth, strings.Repeat("+", int(up))+strings.Repeat("-", int(down)))
}
