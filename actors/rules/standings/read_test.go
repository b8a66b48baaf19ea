package standings_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/actors/rules/session/fact"
	"partyline/actors/rules/standings"
	"partyline/protocol"
)

// twoSessions are a session of two games with a removed one and three votes, and a shorter
// one.
func twoSessions(t testing.TB) *fixture {
	f := newFixture()
	notes := "pizza"
	f.must(t, 7, protocol.CreateSession{ID: 7, Notes: &notes}, addGame(7, 1), addGame(7, 2))
	f.must(t, 7, vote(7, "ann", true, f.now), vote(7, "bob", true, f.now))
	f.must(t, 7, protocol.RemoveGame{ID: 7, GameID: protocol.NewPlayID(7, 2)}, addGame(7, 1), protocol.CloseSession{ID: 7})
	f.must(t, 9, protocol.CreateSession{ID: 9}, addGame(9, 2))
	f.must(t, 9, vote(9, "ann", false, f.now))
	return f
}

func TestRemovedPlayingsStayInTheTotals(t *testing.T) {
	f := twoSessions(t)
	if s, _ := f.Session(7); s.GamesPlayed != 2 || *s.Notes != "pizza" {
		t.Errorf("the session with a removed playing is %+v", s)
	}
	if plays, up, down := f.Totals(2); plays != 2 || up != 2 || down != 1 {
		t.Errorf("the removed game counts %d plays, %d up, %d down; want 2, 2, 1", plays, up, down)
	}
}

func TestDeletedSessionsStayInTheTotalsOnly(t *testing.T) {
	f := twoSessions(t)
	before, _ := f.VoteCount(protocol.VoteFilter{})
	f.must(t, 7, protocol.DeleteSession{ID: 7})
	if _, err := f.Session(7); err == nil || len(f.Sessions()) != 1 {
		t.Errorf("still listed: %v, %v", f.Sessions(), err)
	}
	if plays, up, down := f.Totals(1); plays != 2 || up != 0 || down != 0 {
		t.Errorf("game 1 counts %d plays, %d up, %d down", plays, up, down)
	}
	if plays, up, down := f.Totals(2); plays != 2 || up != 2 || down != 1 {
		t.Errorf("game 2 counts %d plays, %d up, %d down", plays, up, down)
	}
	after, exact := f.VoteCount(protocol.VoteFilter{})
	if before != 3 || after != 1 || !exact {
		t.Errorf("%d votes in the history, %d after the deletion; want 3 and 1", before, after)
	}
	f.must(t, 9, protocol.CloseSession{ID: 9}, protocol.DeleteSession{ID: 9})
	if f.LastID() != 9 || len(f.Sessions()) != 0 {
		t.Errorf("last id %d, sessions %v", f.LastID(), f.Sessions())
	}
}

func TestFactsOfUnknownSessionsChangeNothing(t *testing.T) {
	s := standings.New()
	before := string(s.AppendSnapshot(nil))
	for _, f := range []fact.Fact{&fact.GameAdded{}, &fact.GameRemoved{}, &fact.VoteCast{}, &fact.Closed{}, &fact.Deleted{}} {
		s.Apply(5, f)
	}
	if string(s.AppendSnapshot(nil)) != before {
		t.Error("the standings changed")
	}
}

// A vote that is taken back is in no number any more; one that was never counted, because its
// record is damaged, subtracts nothing.
func TestVotesTakenBack(t *testing.T) {
	f := twoSessions(t)
	f.must(t, 9, protocol.OpenJoin{ID: 9, NewCode: "QRX7F2"}, guest(9, 1, 0xa, true), guest(9, 1, 0xa, false))
	if _, up, down := f.Totals(2); up != 2 || down != 2 {
		t.Errorf("%d up, %d down; want 2 and 2", up, down)
	}
	if n, _ := f.VoteCount(protocol.VoteFilter{SessionID: 9}); n != 2 {
		t.Errorf("%d votes in the history", n)
	}
	f.Apply(9, &fact.VoteCast{Game: 2, Type: protocol.VoteDown, Device: 0xb, Replaced: protocol.VoteUp})
	if _, up, down := f.Totals(2); up != 2 || down != 3 {
		t.Errorf("after a vote for a damaged one: %d up, %d down; want 2 and 3", up, down)
	}
	for vote, want := range map[protocol.VoteType]int64{protocol.VoteUp: 0, protocol.VoteDown: 3} {
		if n, _ := f.VoteCount(protocol.VoteFilter{SessionID: 9, GameID: 2, VoteType: vote}); n != want {
			t.Errorf("after a vote for a damaged one: %d votes %s in its session; want %d", n, vote, want)
		}
	}
	again := standings.New()
	if err := again.Restore(f.AppendSnapshot(nil)); err != nil {
		t.Fatal(err)
	}
	if _, up, down := again.Totals(2); up != 2 || down != 3 {
		t.Errorf("after a restart: %d up, %d down", up, down)
	}
}

func TestReadsAreCopies(t *testing.T) {
	f := twoSessions(t)
	f.Sessions()[0].ID = 99
	if newest, _ := f.NewestActive(); newest.ID != 9 || f.Sessions()[0].ID != 9 {
		t.Error("a reader wrote into the standings")
	}
	s := f.Sessions()
	f.must(t, 9, protocol.CloseSession{ID: 9})
	if !s[0].IsActive || s[0].ClosedAt != nil {
		t.Error("a list read earlier changed")
	}
}

func TestStats(t *testing.T) {
	f := twoSessions(t)
	games := []protocol.Game{
		{ID: 1, PackName: "Pack 1", Title: "One", Enabled: true},
		{ID: 2, PackName: "Pack 2", Title: "Two", PlayCount: 99, Upvotes: 99},
		{ID: 3, PackName: "Pack 2", Title: "Three", Enabled: true},
	}
	count := func(n int64) protocol.Count { return protocol.Count{Count: n} }
	one := protocol.RankedGame{ID: 1, Title: "One", PackName: "Pack 1", PlayCount: 2}
	two := protocol.RankedGame{ID: 2, Title: "Two", PackName: "Pack 2", PlayCount: 2, PopularityScore: 1, Upvotes: 2, Downvotes: 1}
	want := protocol.Stats{
		Games: count(3), GamesEnabled: count(2), Packs: count(2), Sessions: count(2), ActiveSessions: count(1),
		TotalGamesPlayed: count(4), TotalVotes: count(3),
		MostPlayedGames: []protocol.RankedGame{two, one}, TopRatedGames: []protocol.RankedGame{two},
	}
	if d := cmp.Diff(want, f.Stats(games)); d != "" {
		t.Error(d)
	}
	f.must(t, 7, protocol.DeleteSession{ID: 7})
	want.Sessions = count(1)
	if d := cmp.Diff(want, f.Stats(games)); d != "" {
		t.Errorf("after a deletion: %s", d)
	}
}

func TestStatsRankTenAtMost(t *testing.T) {
	f := newFixture()
	f.must(t, 1, protocol.CreateSession{ID: 1})
	var games []protocol.Game
	for id := protocol.GameID(1); id <= 12; id++ {
		games = append(games, protocol.Game{ID: id, Title: "same"})
		for range id % 4 {
			f.must(t, 1, addGame(1, id))
		}
		if id%4 > 0 {
			f.must(t, 1, vote(1, "ann", id%3 > 0, f.now))
		}
	}
	stats := f.Stats(games)
	var most, top []protocol.GameID
	for i := range stats.MostPlayedGames {
		most = append(most, stats.MostPlayedGames[i].ID)
	}
	for i := range stats.TopRatedGames {
		top = append(top, stats.TopRatedGames[i].ID)
	}
	if d := cmp.Diff([]protocol.GameID{7, 11, 3, 2, 10, 6, 1, 5, 9}, most); d != "" {
		t.Errorf("most played: %s", d)
	}
	if d := cmp.Diff([]protocol.GameID{7, 11, 2, 10, 1, 5, 3, 6, 9}, top); d != "" {
		t.Errorf("top rated: %s", d)
	}
	for id := protocol.GameID(4); id <= 12; id += 4 {
		f.must(t, 1, addGame(1, id))
		f.must(t, 1, vote(1, "bob", true, f.now))
	}
	if stats := f.Stats(games); len(stats.MostPlayedGames) != 10 || len(stats.TopRatedGames) != 10 {
		t.Errorf("%d most played, %d top rated of 12; want 10 each", len(stats.MostPlayedGames), len(stats.TopRatedGames))
	}
}

func TestListsAreNeverNil(t *testing.T) {
	stats := standings.New().Stats(nil)
	if stats.MostPlayedGames == nil || stats.TopRatedGames == nil || standings.New().Sessions() == nil {
		t.Error("a nil list would be null in JSON")
	}
}
