package actors_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"partyline/actors"
	"partyline/persistence"
	"partyline/persistence/badger"
	"partyline/persistence/committer"
	"partyline/persistence/memory"
	"partyline/protocol"
)

// chatLog reads lines of name, message and the time as milliseconds after a moment.
func chatLog(t testing.TB, id protocol.SessionID, since protocol.Timestamp, lines ...any) *protocol.ImportChat {
	t.Helper()
	var s protocol.ChatScanner
	for ; len(lines) > 0; lines = lines[3:] {
		message, at := lines[1].(string), since+protocol.Timestamp(lines[2].(int))
		if err := s.Add(&protocol.ChatMessage{Username: lines[0].(string), Message: &message, Timestamp: at.VoteTimestamp()}); err != nil {
			t.Fatal(err)
		}
	}
	return s.Import(id)
}

// crowdLog has so many lines, each with a vote of a name of its own, within a second
// after a moment.
func crowdLog(t testing.TB, id protocol.SessionID, since protocol.Timestamp, n int, prefix string) *protocol.ImportChat {
	t.Helper()
	var s protocol.ChatScanner
	for i := range n {
		message, at := "well thisgame++ i say", since+protocol.Timestamp(i%1000)
		if i%4 == 0 {
			message = "thisgame--"
		}
		if err := s.Add(&protocol.ChatMessage{Username: fmt.Sprint(prefix, i), Message: &message, Timestamp: at.VoteTimestamp()}); err != nil {
			t.Fatal(err)
		}
	}
	return s.Import(id)
}

// begun is when the game of the fixture started.
func (e *fixture) begun() protocol.Timestamp {
	e.t.Helper()
	games, err := e.hub.SessionGames(e.t.Context(), protocol.SessionPart{ID: e.session})
	if err != nil {
		e.t.Fatal(err)
	}
	return games.Rows[0].PlayedAt
}

// counts is the session's thumbs up and down for its first game, 0 and 0 for none.
func (e *fixture) counts() (up, down int64) {
	e.t.Helper()
	v, err := e.hub.SessionVotes(e.t.Context(), e.session)
	if err != nil {
		e.t.Fatal(err)
	}
	if len(v.Votes) == 0 {
		return 0, 0
	}
	return v.Votes[0].Upvotes, v.Votes[0].Downvotes
}

func TestChatLogCountsEverywhere(t *testing.T) {
	e := newFixture(t)
	f, err := e.hub.Watch(t.Context(), e.session, func() {})
	if err != nil {
		t.Fatal(err)
	}
	since := e.begun()
	log := chatLog(t, e.session, since, "ann", "thisgame++", 0, "bob", "talk", 1, "Bob", "thisgame++ or thisgame--", 2, "ann", "thisgame--", 500, "cy", "thisgame--", -1)
	want := &protocol.ChatResult{Message: "Chat log imported and processed successfully", MessagesImported: 5, DuplicatesSkipped: 1, VotesProcessed: 3,
		VotesByGame: map[protocol.GameID]protocol.ChatGameVotes{1: {Title: title(t, e.hub, 1), Upvotes: 2, Downvotes: 1}}}
	if diff := cmp.Diff(want, do[*protocol.ChatResult](t, e.hub, log)); diff != "" {
		t.Fatalf("answer (-want +got):\n%s", diff)
	}
	if _, err := e.hub.State(t.Context(), e.session); err != nil {
		t.Fatal(err) // what was before it is published
	}
	frames, last, err := f.Frames(nil, 2, 1<<20)
	if all := bytes.Join(frames, nil); err != nil || last != 3 || !bytes.Contains(all, []byte(`{"type":"chat.imported"`)) || bytes.Contains(all, []byte("vote.received")) {
		t.Fatalf("the screens hear %s up to %d, %v", all, last, err)
	}
	e.hub.Refresh(e.session, f)
	if _, err := e.hub.State(t.Context(), e.session); err != nil {
		t.Fatal(err)
	}
	var latest []string
	s, tally := snapshot(t, f)
	for _, v := range s.Data.Latest {
		latest = append(latest, fmt.Sprint(v.Username, v.Type))
	}
	if g := tally.Games[0]; g.SessionUpvotes != 2 || g.SessionDownvotes != 1 || tally.Seq != 3 || s.Seq != 3 ||
		!slices.Equal(latest, []string{"Bobdown", "Bobup", "annup"}) {
		t.Fatalf("tally %+v, newest votes %v", tally, latest)
	}
	for range 2 {
		if up, down := e.counts(); up != 2 || down != 1 {
			t.Fatalf("the session counts %d up, %d down", up, down)
		}
		g, err := e.hub.Game(t.Context(), 1)
		if err != nil || g.Upvotes != 2 || g.Downvotes != 1 {
			t.Fatalf("over all sessions: %+v, %v", g, err)
		}
		stats, err := e.hub.Stats(t.Context())
		if err != nil || stats.TotalVotes.Count != 3 {
			t.Fatalf("%d votes in the statistics, %v", stats.TotalVotes.Count, err)
		}
		e.restart()
	}
	want.DuplicatesSkipped, want.VotesProcessed, want.VotesByGame = 3, 0, map[protocol.GameID]protocol.ChatGameVotes{}
	if diff := cmp.Diff(want, do[*protocol.ChatResult](t, e.hub, log)); diff != "" {
		t.Fatalf("the same log after a restart (-want +got):\n%s", diff)
	}
	if st, err := e.hub.State(t.Context(), e.session); err != nil || st.Seq != 3 {
		t.Fatalf("seq %d, %v: the same log changed something", st.Seq, err)
	}
}

func title(t *testing.T, h *actors.Hub, id protocol.GameID) string {
	t.Helper()
	g, err := h.Game(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return g.Title
}

// TestChatVotesInTheHistory: each thumb is a row with an id of its own, the newest
// first, on pages that fit together, between those of votes that were cast live.
func TestChatVotesInTheHistory(t *testing.T) {
	e := newFixture(t)
	since := e.begun()
	if _, err := e.vote("early", protocol.VoteUp); err != nil {
		t.Fatal(err)
	}
	do[*protocol.ChatResult](t, e.hub, chatLog(t, e.session, since, "bob", "thisgame++", 3, "ann", "thisgame-- thisgame++", 1, "Ann", "thisgame--", 2001))
	if _, err := e.vote("late", protocol.VoteDown); err != nil {
		t.Fatal(err)
	}
	rows := func(f protocol.VoteFilter, total int) (got []string) {
		var before uint64
		for f.Page = 1; ; f.Page++ {
			p, err := e.hub.Votes(t.Context(), f)
			if err != nil || p.Pagination.Total != int64(total) {
				t.Fatalf("%+v: %+v, %v", f, p.Pagination, err)
			}
			for _, v := range p.Votes {
				if before > 0 && v.ID >= before || v.ID == 0 || v.Title == "" || v.PackName == "" || v.CreatedAt == 0 {
					t.Errorf("%+v follows %d", v, before)
				}
				before = v.ID
				got = append(got, fmt.Sprint(v.Username, v.VoteType))
			}
			if len(p.Votes) < f.Limit {
				return got
			}
		}
	}
	all := []string{"latedown", "Anndown", "bobup", "anndown", "annup", "earlyup"}
	for limit := 1; limit < 8; limit++ {
		if got := rows(protocol.VoteFilter{Limit: limit}, 6); !slices.Equal(got, all) {
			t.Errorf("pages of %d: %v, want %v", limit, got, all)
		}
	}
	for _, c := range []struct {
		f    protocol.VoteFilter
		want []string
	}{
		{protocol.VoteFilter{Username: "ANN"}, []string{"Anndown", "anndown", "annup"}},
		{protocol.VoteFilter{VoteType: protocol.VoteDown}, []string{"latedown", "Anndown", "anndown"}},
		{protocol.VoteFilter{SessionID: e.session, GameID: 1, VoteType: protocol.VoteUp}, []string{"bobup", "annup", "earlyup"}},
		{protocol.VoteFilter{GameID: 2}, nil},
	} {
		for c.f.Limit = 1; c.f.Limit < 5; c.f.Limit++ {
			if got := rows(c.f, len(c.want)); !slices.Equal(got, c.want) {
				t.Errorf("%+v: %v, want %v", c.f, got, c.want)
			}
		}
	}
}

// TestHistoryFindsOlderVotesByName: logs hold names with characters that show nothing,
// which are taken off of what comes in and of what is searched.
func TestHistoryFindsOlderVotesByName(t *testing.T) {
	e := newFixture(t)
	stored := []string{"Ada \U0001f469\u200d\U0001f4bb", "\u2764\ufe0f", "an\u200bn", "plain"}
	for _, name := range stored {
		if v, err := e.vote(name, protocol.VoteUp); err != nil || v.Vote.Username != name {
			t.Fatal(v, err)
		}
	}
	for i, searched := range [][]string{{stored[0], "ada \U0001f469\U0001f4bb"}, {stored[1], "\u2764"}, {stored[2], "ann", "ANN\u200d"}, {"plain", "p\u00adlain"}} {
		for _, name := range searched {
			page, err := e.hub.Votes(t.Context(), protocol.VoteFilter{Username: name})
			if err != nil || len(page.Votes) != 1 || page.Votes[0].Username != stored[i] {
				t.Errorf("%+q: %+v, %v", name, page.Votes, err)
			}
		}
	}
}

// TestChatVotesInAnExport are those of the history, with the same ids, the oldest first.
func TestChatVotesInAnExport(t *testing.T) {
	e := newFixture(t)
	if _, err := e.vote("early", protocol.VoteUp); err != nil {
		t.Fatal(err)
	}
	do[*protocol.ChatResult](t, e.hub, chatLog(t, e.session, e.begun(), "bob", "thisgame++", 3, "ann", "thisgame-- thisgame++", 1))
	if _, err := e.vote("late", protocol.VoteDown); err != nil {
		t.Fatal(err)
	}
	x, votes := exported(t, e.hub, e.session)
	page, err := e.hub.Votes(t.Context(), protocol.VoteFilter{Limit: 100})
	if err != nil || len(votes) != 5 || len(page.Votes) != 5 {
		t.Fatalf("%d exported, %d in the history, %v", len(votes), len(page.Votes), err)
	}
	for i, v := range votes {
		r := page.Votes[len(votes)-1-i]
		if v.ID != r.ID || v.Username != r.Username || v.VoteType != r.VoteType || v.Timestamp != r.Timestamp || v.CreatedAt != r.CreatedAt || v.GameID != r.GameID {
			t.Errorf("vote %d: exported %+v, in the history %+v", i, v, r)
		}
	}
	if t1 := x.Totals[0]; t1.Upvotes != 3 || t1.Downvotes != 2 {
		t.Errorf("totals %+v", x.Totals)
	}
}

func TestChatLogImportedIntoClosedSession(t *testing.T) {
	e := newFixture(t)
	since := e.begun()
	do[protocol.Session](t, e.hub, protocol.CloseSession{ID: e.session})
	if r := do[*protocol.ChatResult](t, e.hub, chatLog(t, e.session, since, "ann", "thisgame++", 5)); r.VotesProcessed != 1 {
		t.Fatalf("%+v", r)
	}
	do[protocol.DeletedSession](t, e.hub, protocol.DeleteSession{ID: e.session})
	_, err := e.hub.Do(t.Context(), actors.Call{Command: chatLog(t, e.session, since, "bob", "thisgame++", 5)})
	if codeOf(err) != protocol.CodeNotFound {
		t.Fatalf("into a deleted session: %v", err)
	}
	if g, err := e.hub.Game(t.Context(), 1); err != nil || g.Upvotes != 1 {
		t.Fatalf("%+v, %v", g, err)
	}
}

func TestChatLogWithIdempotencyKey(t *testing.T) {
	e := newFixture(t)
	call := actors.Call{Command: chatLog(t, e.session, e.begun(), "ann", "thisgame++", 5), Key: &actors.Key{Scope: "s", Name: "k"}}
	first, err := e.hub.Do(t.Context(), call)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := json.Marshal(first)
	for range 2 {
		again, err := e.hub.Do(t.Context(), call)
		if got, ok := again.(json.RawMessage); !ok || err != nil || string(got) != string(want) {
			t.Fatalf("%s, %v; want %s", got, err, want)
		}
		e.restart()
	}
}

// TestLargestChatLogAnswerIsStored: with the longest titles, all of them escaped, it
// must fit beside a key.
func TestLargestChatLogAnswerIsStored(t *testing.T) {
	r := protocol.ChatResult{Message: "Chat log imported and processed successfully", MessagesImported: 1 << 20, DuplicatesSkipped: 1 << 20, VotesProcessed: 1 << 20,
		VotesByGame: map[protocol.GameID]protocol.ChatGameVotes{}}
	for id := range protocol.GameID(protocol.MaxChatGames) {
		r.VotesByGame[1<<40+id] = protocol.ChatGameVotes{Title: strings.Repeat("<", protocol.MaxTitle), Upvotes: 1 << 20, Downvotes: 1 << 20}
	}
	b, err := json.Marshal(r)
	if err != nil || len(b)+64 > persistence.MaxMemoBytes {
		t.Fatalf("%d bytes, %v", len(b), err)
	}
}

// TestVoteAfterChatLog is decided on what the log says before that is on disk, and
// answered after it.
func TestVoteAfterChatLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFixture(t)
		log := chatLog(t, e.session, e.begun(), "ann", "thisgame++", 0, "bob", "thisgame++", 0)
		e.journal.Hold()
		answers := make(chan string, 3)
		for _, step := range []struct {
			name string
			do   func() error
		}{
			{"log", func() error { _, err := e.hub.Do(t.Context(), actors.Call{Command: log}); return err }},
			{"duplicate", func() error { _, err := e.vote("ANN", protocol.VoteUp); return err }},
			{"vote", func() error { _, err := e.vote("cy", protocol.VoteUp); return err }},
		} {
			go func() { answers <- fmt.Sprint(step.name, " ", codeOf(step.do())) }()
			synctest.Wait()
		}
		if len(answers) > 0 {
			t.Fatalf("answered before the commit: %s", <-answers)
		}
		e.journal.Release()
		order := []string{<-answers, <-answers, <-answers}
		slices.Sort(order)
		if want := []string{"duplicate duplicate_vote", "log ", "vote "}; !slices.Equal(order, want) {
			t.Fatalf("%v, want %v", order, want)
		}
		if up, _ := e.counts(); up != 3 {
			t.Fatalf("%d thumbs up", up)
		}
	})
}

func TestWebhooksGetOneEventPerChatLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventChatImported, protocol.EventVoteReceived)
		n.play(1)
		since := protocol.TimestampOf(time.Now())
		rest(time.Second)
		log := chatLog(t, n.session, since, "ann", "thisgame++", 5, "bob", "thisgame++", 6)
		for range 2 {
			do[*protocol.ChatResult](t, n.hub, log)
			rest(time.Minute)
		}
		got := n.sender.log(id)
		if len(got) != 1 || got[0].Event != "chat.imported" || !bytes.Contains(got[0].Body, []byte(`"messages":2,"votes":2`)) {
			t.Fatalf("%d deliveries, %+v", len(got), got)
		}
	})
}

// TestChatLogIsAllOrNothing imports a large log over a disk that fails at each step,
// and knows from the outside what became of it: nothing, or all. Sent again it is there
// once.
func TestChatLogIsAllOrNothing(t *testing.T) {
	sick := errors.New("sick disk")
	const lines = 48_000
	for name, c := range map[string]struct {
		faults func(armed *bool) committer.Faults
		there  bool
	}{
		"the first part": {func(armed *bool) committer.Faults {
			return committer.Faults{BeforePart: func(part int) error { return when(*armed && part == 0, sick) }}
		}, false},
		"a later part": {func(armed *bool) committer.Faults {
			return committer.Faults{BeforePart: func(part int) error { return when(*armed && part == 2, sick) }}
		}, false},
		"the commit": {func(armed *bool) committer.Faults {
			return committer.Faults{BeforeCommit: func(int) error { return when(*armed, sick) }}
		}, false},
		"the answer": {func(armed *bool) committer.Faults {
			return committer.Faults{AfterCommit: func(int) error { return when(*armed, sick) }}
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			armed := new(bool)
			j, err := badger.Open(badger.Options{Dir: t.TempDir(), Faults: c.faults(armed)})
			if err != nil {
				t.Fatal(err)
			}
			e := newFixtureOn(t, j)
			log := crowdLog(t, e.session, e.begun(), lines, "voter")
			*armed = true
			if _, err := e.hub.Do(t.Context(), actors.Call{Command: log}); codeOf(err) != protocol.CodeStorage {
				t.Fatalf("over a sick disk: %v", err)
			}
			*armed = false
			want := map[bool]int64{true: lines}[c.there]
			if up, down := e.counts(); up+down != want {
				t.Fatalf("%d votes, want %d", up+down, want)
			}
			if r := do[*protocol.ChatResult](t, e.hub, log); r.VotesProcessed != lines-want {
				t.Fatalf("sent again: %+v", r)
			}
			if up, down := e.counts(); up != lines*3/4 || down != lines/4 {
				t.Fatalf("%d up, %d down", up, down)
			}
			if s, err := j.Verify(t.Context(), func(f badger.Fault) { t.Errorf("%+v", f) }); err != nil || s.Bytes < persistence.MaxAppendBytes {
				t.Fatalf("%+v, %v: the log was not large", s, err)
			}
			e.restartOn(j)
			if g, err := e.hub.Game(t.Context(), 1); err != nil || g.Upvotes+g.Downvotes != lines {
				t.Fatalf("after a restart: %+v, %v", g, err)
			}
		})
	}
}

func when(is bool, err error) error {
	if is {
		return err
	}
	return nil
}

// newFixtureOn is a fixture on a journal, which it closes.
func newFixtureOn(t *testing.T, j persistence.Journal) *fixture {
	t.Helper()
	e := &fixture{t: t}
	e.hub = e.startWith(actors.Options{Journal: j})
	t.Cleanup(func() {
		e.stop()
		_ = j.Close()
	})
	e.session = do[protocol.Session](t, e.hub, protocol.CreateSession{}).ID
	do[protocol.SessionGame](t, e.hub, protocol.AddGame{ID: e.session, GameID: 1})
	return e
}

func (e *fixture) restartOn(j persistence.Journal) {
	e.t.Helper()
	e.stop()
	e.hub = e.startWith(actors.Options{Journal: j})
}

// TestLargestChatLog has the most votes that fit into a body, all with both thumbs,
// and is counted whole.
func TestLargestChatLog(t *testing.T) {
	const line = `{"username":"a","message":"thisgame++ thisgame--","timestamp":"2024-01-15T12:00:00Z"},`
	const lines = protocol.MaxImport / len(line) // 195,083
	if 2*lines >= 1<<19 {
		t.Fatalf("%d votes: their ids do not fit", 2*lines)
	}
	e := newFixtureOn(t, memory.New(memory.Options{}))
	var s protocol.ChatScanner
	message, since := "thisgame++ thisgame--", e.begun()
	for i := range lines {
		at := since + protocol.Timestamp(i%1000)
		if err := s.Add(&protocol.ChatMessage{Username: fmt.Sprint(i), Message: &message, Timestamp: at.VoteTimestamp()}); err != nil {
			t.Fatal(err)
		}
	}
	if r := do[*protocol.ChatResult](t, e.hub, s.Import(e.session)); r.VotesProcessed != int64(2*lines) {
		t.Fatalf("%+v, want %d votes", r, 2*lines)
	}
	p, err := e.hub.Votes(t.Context(), protocol.VoteFilter{Limit: 100, Page: 2*lines/100 + 1})
	if err != nil || len(p.Votes) != 2*lines%100 {
		t.Fatalf("%d on the last page, %v", len(p.Votes), err)
	}
}
