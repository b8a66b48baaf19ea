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

// model is the feed as a plain list that keeps everything.
type model struct {
	feed   *feed.Feed
	first  protocol.Seq
	frames [][]byte // of events first+1, first+2, …
	tally  map[protocol.GameID]protocol.TallyGame
	latest []protocol.LatestVote // all there were, the newest first
	poll   *protocol.TallyPoll
	seq    protocol.Seq // of the tally
	state  *protocol.SessionState
	news   protocol.Seq
	end    []byte // the last event of a session that was deleted
	calls  int
	want   int
	closed bool
	kept   []keptSlice
}

// keptSlice is a slice that Frames returned, and a copy of its bytes at that time.
type keptSlice struct{ slice, copy []byte }

func (m *model) head() protocol.Seq { return m.first + protocol.Seq(len(m.frames)) }

func (m *model) publish(t *rapid.T) {
	if m.end != nil {
		t.Skip("nothing follows the last event")
	}
	events := make([][]byte, rapid.IntRange(0, 300).Draw(t, "events"))
	for i := range events {
		size := rapid.SampledFrom([]int{1, 100, 125, 126, 240, 5000, 70_000}).Draw(t, "size")
		if i > 3 {
			size = min(size, 240)
		}
		events[i] = []byte(fmt.Sprintf("%d:%s", int(m.head())+i+1, strings.Repeat("x", size)))
	}
	votes := rapid.SliceOfN(rapid.IntRange(1, 3), 0, 12).Draw(t, "votes")
	for i, game := range votes {
		m.feed.AddVote(thumb(game, i))
	}
	ballots := m.drawPollVotes(t)
	for _, v := range ballots {
		m.feed.AddPollVote(v.poll, v.choice, v.before)
	}
	news, end := rapid.Bool().Draw(t, "news"), rapid.IntRange(0, 19).Draw(t, "end") == 0 && len(events) > 0
	if news {
		m.feed.MarkStale()
	}
	if end {
		m.feed.MarkDeleted()
	}
	m.feed.Publish(events...)
	if m.closed {
		return
	}
	m.want++
	for _, e := range events {
		m.frames = append(m.frames, protocol.AppendFrame(nil, e))
	}
	for i, game := range votes {
		m.count(protocol.GameID(game), game%2 == 0, 1)
		if thumb(game, i).Replaced != "" {
			m.count(protocol.GameID(game), game%2 == 1, -1)
		}
		m.latest = append([]protocol.LatestVote{thumb(game, i)}, m.latest...)
		m.seq = m.head()
	}
	for _, v := range ballots {
		m.countPollVote(v)
	}
	if news {
		m.news = m.head()
	}
	if end {
		m.end, m.seq, m.news, m.poll = m.frames[len(m.frames)-1], m.head(), m.head(), nil
	}
}

func thumb(game, i int) protocol.LatestVote {
	v := protocol.LatestVote{GameID: protocol.GameID(game), Vote: protocol.Vote{Username: fmt.Sprint("voter", i), Type: protocol.VoteDown, Timestamp: protocol.Timestamp(i)}}
	if game%2 == 0 {
		v.Type = protocol.VoteUp
	}
	if i%3 == 2 { // of a guest who had thought otherwise
		v.Replaced = map[bool]protocol.VoteType{true: protocol.VoteDown, false: protocol.VoteUp}[game%2 == 0]
	}
	return v
}

func (m *model) count(game protocol.GameID, up bool, n int64) {
	m.seq = m.head()
	g := m.tally[game]
	g.ID = game
	if up {
		g.SessionUpvotes, g.Upvotes = g.SessionUpvotes+n, g.Upvotes+n
	} else {
		g.SessionDownvotes, g.Downvotes = g.SessionDownvotes+n, g.Downvotes+n
	}
	g.PopularityScore = g.Upvotes - g.Downvotes
	m.tally[game] = g
}

func (m *model) setState(t *rapid.T) {
	if m.end != nil {
		t.Skip("a session that is deleted has no state")
	}
	game := protocol.TallyGame{ID: 2, Totals: protocol.NewTotals(rapid.Int64Range(0, 99).Draw(t, "up"), 3)}
	state := &protocol.SessionState{Seq: m.head(), Session: protocol.Session{ID: 7}, Tallies: []protocol.TallyGame{game}, Latest: []protocol.LatestVote{thumb(1, 77)}, Poll: drawPoll(t)}
	m.feed.SetState(state)
	if m.closed {
		return
	}
	m.want++
	m.tally = map[protocol.GameID]protocol.TallyGame{2: game}
	m.state, m.seq, m.latest, m.poll = state, m.head(), state.Latest, nil
	if p := state.Poll; p != nil && p.Status == protocol.StatusOpen {
		m.poll = &protocol.TallyPoll{ID: p.ID, Votes: []int64{p.Candidates[0].Votes, p.Candidates[1].Votes}, Total: p.TotalVotes}
	}
}

type pollVote struct {
	poll           protocol.PollID
	choice, before int
}

// drawPoll is a poll with two candidates, or none.
func drawPoll(t *rapid.T) *protocol.Poll {
	status := rapid.SampledFrom([]protocol.PollStatus{"", protocol.StatusOpen, protocol.StatusOpen, protocol.StatusEnded}).Draw(t, "poll")
	if status == "" {
		return nil
	}
	return &protocol.Poll{ID: 7001, Status: status, Candidates: []protocol.Candidate{{Choice: 1, Votes: 4}, {Choice: 2, Votes: 1}}, TotalVotes: 5}
}

// drawPollVotes are for the poll of the state, or for an unknown one.
func (m *model) drawPollVotes(t *rapid.T) []pollVote {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) pollVote {
		choice := rapid.IntRange(1, 2).Draw(t, "choice")
		return pollVote{protocol.PollID(rapid.SampledFrom([]int{7001, 7001, 7002}).Draw(t, "of")), choice, rapid.SampledFrom([]int{0, 3 - choice}).Draw(t, "before")}
	}), 0, 5).Draw(t, "ballots")
}

func (m *model) countPollVote(v pollVote) {
	if m.poll == nil || m.poll.ID != v.poll {
		return
	}
	m.poll.Votes[v.choice-1]++
	m.seq = m.head()
	if v.before == 0 {
		m.poll.Total++
		return
	}
	m.poll.Votes[v.before-1]--
}

func (m *model) read(t *rapid.T) {
	after := m.first + protocol.Seq(rapid.IntRange(0, len(m.frames)+2).Draw(t, "after"))
	limit := rapid.SampledFrom([]int{1, 300, 10_000, 1 << 30}).Draw(t, "max")
	got, last, err := m.feed.Frames(nil, after, limit)
	switch {
	case after < m.feed.Oldest():
		if want := (map[bool]error{true: feed.ErrClosed, false: feed.ErrOverrun})[m.closed]; !errors.Is(err, want) || len(got) > 0 {
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
		m.kept = append(m.kept, keptSlice{s, bytes.Clone(s)})
	}
}

func (m *model) readSummary(t *rapid.T) {
	p, ok := m.feed.Summary()
	stale := m.end == nil && (m.state == nil || m.state.Seq < m.news)
	if stale != m.feed.Stale() || ok == stale {
		t.Fatalf("stale: %v, want %v; shown: %v", m.feed.Stale(), stale, ok)
	}
	if stale {
		return
	}
	m.kept = append(m.kept, keptSlice{p.Snapshot, bytes.Clone(p.Snapshot)}, keptSlice{p.Tally, bytes.Clone(p.Tally)})
	if m.end != nil {
		if !bytes.Equal(p.Snapshot, m.end) || p.Tally != nil {
			t.Fatalf("at the end: %q, %q", p.Snapshot, p.Tally)
		}
	} else {
		m.compareSnapshot(t, p)
		m.compareTally(t, p)
	}
	if p.TallySeq != m.seq || p.SnapshotSeq > p.TallySeq {
		t.Fatalf("tally as of %d, want %d, after a snapshot of %d", p.TallySeq, m.seq, p.SnapshotSeq)
	}
}

func (m *model) compareSnapshot(t *rapid.T, p feed.Summary) {
	var got protocol.SnapshotMessage
	decode(t, p.Snapshot, &got)
	want := protocol.SnapshotMessage{Type: "snapshot", SessionID: 7, Seq: m.state.Seq, Recovered: true, Data: m.state}
	if diff := cmp.Diff(want, got); diff != "" || p.SnapshotSeq != m.state.Seq {
		t.Fatalf("snapshot of %d (-want +got):\n%s", p.SnapshotSeq, diff)
	}
}

func (m *model) compareTally(t *rapid.T, p feed.Summary) {
	var got protocol.Tally
	decode(t, p.Tally, &got)
	games := map[protocol.GameID]protocol.TallyGame{}
	for _, g := range got.Games {
		games[g.ID] = g
	}
	if diff := cmp.Diff(m.tally, games); diff != "" || got.Seq != m.seq {
		t.Fatalf("tally as of %d, want %d: %s", got.Seq, m.seq, diff)
	}
	if diff := cmp.Diff(m.latest[:min(len(m.latest), protocol.MaxLatestVotes)], got.Latest); diff != "" {
		t.Fatalf("newest votes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(m.poll, got.Poll); diff != "" {
		t.Fatalf("poll (-want +got):\n%s", diff)
	}
}

func decode(t *rapid.T, frame []byte, v any) {
	if err := json.Unmarshal(frame[len(protocol.AppendFrameHeader(nil, jsonSize(frame))):], v); err != nil {
		t.Fatal(err)
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
			"publish": m.publish, "state": m.setState, "read": m.read, "read picture": m.readSummary, "": m.check,
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
