package oracle_test

import (
	"strings"
	"testing"

	"partyline/loadtest/oracle"
	"partyline/loadtest/report"
	"partyline/protocol"
)

// ended is a poll of two candidates with so many votes, as it ended.
func ended(first, second int64) protocol.Poll {
	at := protocol.Timestamp(10)
	p := protocol.Poll{ID: 7001, Status: protocol.StatusEnded, EndsAt: 10, EndedAt: &at, TotalVotes: first + second, Tie: first == second,
		Candidates: []protocol.Candidate{{Choice: 1, Votes: first}, {Choice: 2, Votes: second}}}
	p.Winner = &p.Candidates[0]
	if second > first {
		p.Winner = &p.Candidates[1]
	}
	return p
}

func open(first, second int64) protocol.Poll {
	p := ended(first, second)
	p.Status, p.Winner, p.EndedAt = protocol.StatusOpen, nil, nil
	return p
}

// TestPolls: three votes for 1 were acknowledged, one for 2 has an unknown outcome, one
// for 2 was refused.
func TestPolls(t *testing.T) {
	for name, c := range map[string]struct {
		told  []protocol.Poll
		words string // "" for none
	}{
		"the unknown counts":          {[]protocol.Poll{open(3, 0), open(3, 1), ended(3, 1), ended(3, 1)}, ""},
		"the unknown does not":        {[]protocol.Poll{ended(3, 0)}, ""},
		"one is lost":                 {[]protocol.Poll{open(2, 1)}, "3 votes for candidate 1 were acknowledged, 2 are counted"},
		"one counts twice":            {[]protocol.Poll{open(4, 0)}, "4 votes are counted for candidate 1, 3 were sent"},
		"a refused one counts":        {[]protocol.Poll{open(3, 2)}, "2 votes are counted for candidate 2, 1 were sent"},
		"adds up wrong":               {[]protocol.Poll{func() protocol.Poll { p := open(3, 1); p.TotalVotes = 3; return p }()}, "adds up wrong"},
		"the loser wins":              {[]protocol.Poll{func() protocol.Poll { p := ended(3, 1); p.Winner = &p.Candidates[1]; return p }()}, "was won by candidate 2"},
		"a winner with other votes":   {[]protocol.Poll{func() protocol.Poll { p := ended(3, 1); p.Winner = &protocol.Candidate{Choice: 1, Votes: 9}; return p }()}, "with 9 votes"},
		"nobody wins":                 {[]protocol.Poll{func() protocol.Poll { p := ended(3, 1); p.Winner = nil; return p }()}, "without a winner"},
		"a tie of one":                {[]protocol.Poll{func() protocol.Poll { p := ended(3, 1); p.Tie = true; return p }()}, "says tie: true"},
		"goes on after its end":       {[]protocol.Poll{ended(3, 0), ended(3, 1)}, "had ended with 0 votes for candidate 2 and now has 1"},
		"forgets a vote with its end": {[]protocol.Poll{open(3, 1), ended(2, 1)}, "were acknowledged, 2 are counted"},
	} {
		t.Run(name, func(t *testing.T) {
			var polls oracle.Polls
			var f report.Findings
			for range 3 {
				polls.Sent(oracle.PollVote{Poll: 7001, Choice: 1})
				polls.Acknowledged(oracle.PollVote{Poll: 7001, Choice: 1})
			}
			polls.Sent(oracle.PollVote{Poll: 7001, Choice: 2})
			polls.Sent(oracle.PollVote{Poll: 7001, Choice: 2})
			polls.Refused(oracle.PollVote{Poll: 7001, Choice: 2})
			for _, told := range c.told {
				polls.Check(&f, polls.Mark(), told)
			}
			all := strings.Join(f.Found().Findings, "\n")
			if (all == "") != (c.words == "") || !strings.Contains(all, c.words) {
				t.Errorf("%q, want %q", all, c.words)
			}
		})
	}
}

func TestPollsAreCounted(t *testing.T) {
	var polls oracle.Polls
	polls.Sent(oracle.PollVote{Poll: 7001, Choice: 1})
	polls.Acknowledged(oracle.PollVote{Poll: 7001, Choice: 1})
	polls.Check(&report.Findings{}, polls.Mark(), ended(1, 0))
	if got, want := polls.Count(), (oracle.PollCounts{Ended: 1, ByTime: 1, Votes: 1, Acknowledged: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}
