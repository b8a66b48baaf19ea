package session_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/protocol"
)

func TestReads(t *testing.T) {
	e := newEvening()
	e.must(t, open(), add(1), add(2), add(3), add(2))                    // played at noon and 1, 2, 3 ms after it
	e.must(t, vote("ann", "up", noon+1), vote("ann", "down", noon+1500)) // both for game 2, in different playings
	e.must(t, vote("bob", "down", noon), vote("cy", "up", noon), vote("dan", "up", noon))
	e.must(t, remove(1))
	if diff := cmp.Diff([]protocol.GameID{2, 3, 2}, e.Played()); diff != "" {
		t.Errorf("played, -want +got:\n%s", diff)
	}
	tallies := []protocol.TallyGame{
		{ID: 1, Totals: protocol.NewTotals(12, 2), SessionUpvotes: 2, SessionDownvotes: 1},
		{ID: 2, Totals: protocol.NewTotals(21, 3), SessionUpvotes: 1, SessionDownvotes: 1},
		{ID: 3, Totals: protocol.NewTotals(30, 3)},
	}
	votes := protocol.SessionVotes{SessionID: 3, Votes: []protocol.GameVotes{
		{GameID: 1, Title: "Game 1", PackName: "Pack 1", Upvotes: 2, Downvotes: 1, NetScore: 1, TotalVotes: 3},
		{GameID: 2, Title: "Game 2", PackName: "Pack 1", Upvotes: 1, Downvotes: 1, TotalVotes: 2},
	}}
	if diff := cmp.Diff(votes, e.Votes()); diff != "" {
		t.Errorf("votes, -want +got:\n%s", diff)
	}
	games := []protocol.SessionGame{shown(2, 2, noon+1), shown(3, 3, noon+2), shown(4, 2, noon+3)}
	for i := range games {
		if games[i].GameID == 2 {
			games[i].Upvotes, games[i].Downvotes, games[i].PopularityScore = 21, 3, 18
		}
		if i < 2 {
			games[i].Status = protocol.StatusPlayed
		}
	}
	want := &protocol.SessionState{
		Seq: 17, Session: protocol.Session{ID: 3, CreatedAt: noon, IsActive: true, GamesPlayed: 3}, Games: games, Tallies: tallies,
		Latest: []protocol.LatestVote{
			thumb(1, "dan", "up", noon), thumb(1, "cy", "up", noon), thumb(1, "bob", "down", noon), thumb(2, "ann", "down", noon+1500), thumb(2, "ann", "up", noon+1),
		},
		Join: protocol.Join{SessionID: 3, Policy: protocol.PolicyLatest},
	}
	if diff := cmp.Diff(want, e.View(17, e.moment())); diff != "" {
		t.Errorf("state, -want +got:\n%s", diff)
	}
}

func thumb(game protocol.GameID, name string, v protocol.VoteType, ts protocol.Timestamp) protocol.LatestVote {
	return protocol.LatestVote{GameID: game, Vote: protocol.Vote{Username: name, Type: v, Timestamp: ts}}
}

func TestVotesStandByTheirNumberThenByOrderOfPlay(t *testing.T) {
	const games = 30 // small slices are sorted by a stable algorithm anyway
	e := newEvening()
	e.must(t, open())
	for n := range protocol.GameID(games) {
		e.must(t, add(games-n)) // a millisecond after the one before
		e.must(t, vote("ann"+n.String(), "up", noon+protocol.Timestamp(n)))
	}
	e.must(t, vote("bob", "down", noon+games/2))
	want := []protocol.GameID{games / 2}
	for n := protocol.GameID(games); n > 0; n-- {
		if n != games/2 {
			want = append(want, n)
		}
	}
	var got []protocol.GameID
	for _, v := range e.Votes().Votes {
		got = append(got, v.GameID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestNothingIsLeftOfADeletedSession(t *testing.T) {
	e := newEvening()
	if e.Exists() {
		t.Error("exists before it was opened")
	}
	e.must(t, protocol.CreateSession{ID: 3, Notes: ptr("secret")}, invite(protocol.PolicyOnce), add(1), at(0), guest(0xa, "up"), closeIt)
	if !e.Exists() {
		t.Error("does not exist when closed")
	}
	e.must(t, deleteIt)
	if e.Exists() {
		t.Error("exists when deleted")
	}
	want := &protocol.SessionState{Session: protocol.Session{ID: 3}, Games: []protocol.SessionGame{}, Tallies: []protocol.TallyGame{}, Latest: []protocol.LatestVote{},
		Join: protocol.Join{SessionID: 3, Policy: protocol.PolicyLatest}}
	if diff := cmp.Diff(want, e.View(0, e.moment())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff(protocol.SessionVotes{SessionID: 3, Votes: []protocol.GameVotes{}}, e.Votes()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if n := len(e.AppendSnapshot(nil)); n > 300 {
		t.Errorf("a snapshot of %d bytes", n)
	}
}

// TestWhatReadsReturnStays: an answer is handed to others while the session goes on.
func TestWhatReadsReturnStays(t *testing.T) {
	e := newEvening()
	e.must(t, open(), add(1), room(1, "AAAA"), count(1, 5))
	before := e.View(4, e.moment())
	copied := *before
	copied.Games = append([]protocol.SessionGame{}, before.Games...)
	e.must(t, room(1, "BBBB"), count(1, 9), at(0), add(2), remove(1), protocol.CloseSession{ID: 3, Notes: ptr("x")})
	if diff := cmp.Diff(&copied, before); diff != "" {
		t.Errorf("-before +after:\n%s", diff)
	}
	if *before.Games[0].RoomCode != "AAAA" || *before.Games[0].PlayerCount != 5 {
		t.Errorf("%s %d", *before.Games[0].RoomCode, *before.Games[0].PlayerCount)
	}
}
