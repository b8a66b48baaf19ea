package api

import (
	"strings"
	"testing"
	"time"

	"partyline/protocol"
)

// TestPollLines: what chat bots show.
func TestPollLines(t *testing.T) {
	t.Parallel()
	start := time.Date(2024, 1, 15, 12, 0, 0, 0, time.UTC)
	at := protocol.TimestampOf(start)
	quiplash := protocol.Candidate{Choice: 1, GameID: 31, Title: "Quiplash 3", PackName: "Jackbox Party Pack 7", Votes: 5}
	drawful := protocol.Candidate{Choice: 2, GameID: 70, Title: "Drawful 2", PackName: "Drawful 2", Votes: 5}
	open := protocol.Poll{Status: protocol.StatusOpen, StartedAt: at, EndsAt: at + 60_000, RemainingMS: 23_200, Candidates: []protocol.Candidate{quiplash, drawful}, TotalVotes: 10}
	closing := open
	closing.RemainingMS = 0
	over := open
	over.Status, over.Winner, over.Tie, over.RemainingMS = protocol.StatusEnded, &drawful, true, 0
	clear := over
	clear.Winner, clear.Tie = &quiplash, false
	canceled := open
	canceled.Status = protocol.StatusCanceled
	for _, c := range []struct {
		poll protocol.Poll
		want string
	}{
		{open, "What next? !1 Quiplash 3 (5) !2 Drawful 2 (5), 23 s left"},
		{closing, "What next? !1 Quiplash 3 (5) !2 Drawful 2 (5), 0 s left"},
		{over, "Next: Drawful 2 (Drawful 2), 5 of 10 votes, by the draw"},
		{clear, "Next: Quiplash 3 (Jackbox Party Pack 7), 5 of 10 votes"},
		{canceled, "The poll was canceled"},
	} {
		if got := pollLine(&c.poll); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// TestPollLineFitsTwitch: six games with the longest titles must not be cut; what the
// line has most of is titles, and none of today's is longer than 40.
func TestPollLineFitsTwitch(t *testing.T) {
	t.Parallel()
	p := protocol.Poll{Status: protocol.StatusOpen}
	for i := range protocol.MaxCandidates {
		p.Candidates = append(p.Candidates, protocol.Candidate{Choice: i + 1, Title: strings.Repeat("x", 40), Votes: 100_000})
	}
	if n := len(pollLine(&p)); n > 500 {
		t.Errorf("%d characters", n)
	}
}
