package feed_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"partyline/actors/feed"
	"partyline/protocol"
)

// model is the feed as a plain list: everything for ever, nothing clever.
type model struct {
	feed   *feed.Feed
	first  protocol.Seq
	frames [][]byte // of events first+1, first+2, …
	tally  map[protocol.GameID]protocol.TallyGame
	seq    protocol.Seq // of the tally
	calls  int
	want   int
	closed bool
	kept   []kept
}

// kept is a slice that was handed out, and what it was then.
type kept struct{ slice, copy []byte }

func (m *model) head() protocol.Seq { return m.first + protocol.Seq(len(m.frames)) }

func (m *model) publish(t *rapid.T) {
	events := make([][]byte, rapid.IntRange(0, 300).Draw(t, "events"))
	for i := range events {
		size := rapid.SampledFrom([]int{1, 100, 125, 126, 240, 5000, 70_000}).Draw(t, "size")
		if i > 3 {
			size = min(size, 240)
		}
		events[i] = []byte(fmt.Sprintf("%d:%s", int(m.head())+i+1, strings.Repeat("x", size)))
	}
	votes := rapid.SliceOfN(rapid.IntRange(1, 3), 0, 5).Draw(t, "votes")
	for _, game := range votes {
		m.feed.AddVote(protocol.GameID(game), game%2 == 0)
	}
	m.feed.Publish(events...)
	if m.closed {
		return
	}
	m.want++
	for _, e := range events {
		m.frames = append(m.frames, protocol.AppendFrame(nil, e))
	}
	for _, game := range votes {
		m.count(protocol.GameID(game), game%2 == 0)
		m.seq = m.head()
	}
}

func (m *model) count(game protocol.GameID, up bool) {
	g := m.tally[game]
	g.ID = game
	if up {
		g.SessionUpvotes, g.Upvotes = g.SessionUpvotes+1, g.Upvotes+1
	} else {
		g.SessionDownvotes, g.Downvotes = g.SessionDownvotes+1, g.Downvotes+1
	}
	g.PopularityScore = g.Upvotes - g.Downvotes
	m.tally[game] = g
}

func (m *model) setTally(t *rapid.T) {
	total := protocol.NewTotals(rapid.Int64Range(0, 99).Draw(t, "up"), 3)
	game := protocol.TallyGame{ID: 2, Totals: total}
	m.feed.SetTally(m.head(), []protocol.TallyGame{game})
	if m.closed {
		return
	}
	m.want++
	m.tally = map[protocol.GameID]protocol.TallyGame{2: game}
	m.seq = m.head()
}

func (m *model) read(t *rapid.T) {
	after := m.first + protocol.Seq(rapid.IntRange(0, len(m.frames)+2).Draw(t, "after"))
	limit := rapid.SampledFrom([]int{1, 300, 10_000, 1 << 30}).Draw(t, "max")
	got, last, err := m.feed.Frames(nil, after, limit)
	switch {
	case after < m.feed.Oldest():
		if want := (map[bool]error{true: feed.ErrClosed, false: feed.ErrGone})[m.closed]; !errors.Is(err, want) || len(got) > 0 {
			t.Fatalf("behind the ring: %v", err)
		}
	case after >= m.head():
		if m.closed != errors.Is(err, feed.ErrClosed) || len(got) > 0 || last != after {
			t.Fatalf("at the head: %d frames up to %d, %v", len(got), last, err)
		}
	default:
		m.compare(t, after, limit, got, last, err)
	}
}

func (m *model) compare(t *rapid.T, after protocol.Seq, limit int, got [][]byte, last protocol.Seq, err error) {
	if err != nil || last <= after || last > m.head() {
		t.Fatalf("after %d: up to %d of %d, %v", after, last, m.head(), err)
	}
	all := bytes.Join(got, nil)
	want := bytes.Join(m.frames[after-m.first:last-m.first], nil)
	if !bytes.Equal(all, want) {
		t.Fatalf("after %d up to %d: other bytes than were published", after, last)
	}
	if len(all) > limit && last > after+1 {
		if over := len(all) - len(m.frames[last-m.first-1]); over > limit {
			t.Fatalf("%d bytes with a limit of %d", len(all), limit)
		}
	}
	if last < m.head() && len(all)+len(m.frames[last-m.first]) <= limit {
		t.Fatalf("stopped at %d bytes of %d with one more event that fits", len(all), limit)
	}
	for _, s := range got {
		m.kept = append(m.kept, kept{s, bytes.Clone(s)})
	}
}

func (m *model) readTally(t *rapid.T) {
	after := protocol.Seq(rapid.IntRange(0, int(m.head())+1).Draw(t, "after"))
	frame, seq := m.feed.Tally(after)
	if m.seq <= after {
		if frame != nil || seq != after {
			t.Fatalf("a tally of %d for a cursor at %d", seq, after)
		}
		return
	}
	var got protocol.Tally
	if err := json.Unmarshal(frame[len(protocol.AppendFrameHeader(nil, jsonSize(frame))):], &got); err != nil {
		t.Fatal(err)
	}
	games := map[protocol.GameID]protocol.TallyGame{}
	for _, g := range got.Games {
		games[g.ID] = g
	}
	if diff := cmp.Diff(m.tally, games); diff != "" || got.Seq != m.seq || seq != m.seq {
		t.Fatalf("tally as of %d (%d), want %d: %s", got.Seq, seq, m.seq, diff)
	}
}

// jsonSize is the payload size of a text frame.
func jsonSize(frame []byte) int {
	if frame[1] < 126 {
		return int(frame[1])
	}
	return int(frame[2])<<8 | int(frame[3])
}

func (m *model) check(t *rapid.T) {
	for _, k := range m.kept {
		if !bytes.Equal(k.slice, k.copy) {
			t.Fatal("a slice that was handed out has changed")
		}
	}
	if m.feed.Head() != m.head() || m.calls != m.want {
		t.Fatalf("head %d, want %d; the listener heard %d of %d", m.feed.Head(), m.head(), m.calls, m.want)
	}
	if kept := m.head() - m.feed.Oldest(); kept > 1024 || (len(m.frames) > 0 && kept == 0) {
		t.Fatalf("the ring holds %d of %d events", kept, len(m.frames))
	}
}

func TestFeedAgainstAPlainList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &model{first: protocol.Seq(rapid.IntRange(0, 5).Draw(t, "first")), tally: map[protocol.GameID]protocol.TallyGame{}}
		m.feed = feed.New(7, m.first)
		m.feed.Listen(func() { m.calls++ })
		t.Repeat(map[string]func(*rapid.T){
			"publish": m.publish, "tally": m.setTally, "read": m.read, "read tally": m.readTally, "": m.check,
			"close": func(t *rapid.T) {
				if rapid.IntRange(0, 9).Draw(t, "sure") == 0 && !m.closed {
					m.feed.Close()
					m.closed = true
					m.want++
				}
			},
		})
	})
}
