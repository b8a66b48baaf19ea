package growth

import (
	"testing"
	"time"

	"partyline/loadtest/oracle"
	"partyline/protocol"
)

func TestPlanAddsUpAndEachVoteCounts(t *testing.T) {
	const votes, sessions = 200_000, 200
	total, huge, newcomers := 0, 0, map[oracle.Number]int{}
	for _, e := range plan(votes, sessions) {
		if total += e.recorded(); e.recorded() > 5*votes/sessions/4 {
			huge++
		}
		began, latest, last := time.Now(), map[oracle.Number]protocol.Timestamp{}, protocol.Timestamp(0)
		ahead := protocol.TimestampOf(began.Add(protocol.FutureTolerance - 10*time.Second))
		for game := range gamesPlayed {
			for _, v := range e.voters(nil, game, 0, e.votes/gamesPlayed, began) {
				if at, voted := latest[v.Number]; voted && v.Stamp-at < protocol.Timestamp(protocol.DuplicateWindow.Milliseconds()) {
					t.Fatalf("evening %d, game %d: voter %d votes again after %d ms", e.index, game, v.Number, v.Stamp-at)
				}
				latest[v.Number], last = v.Stamp, max(last, v.Stamp)
			}
		}
		if last > ahead {
			t.Fatalf("evening %d: a vote is %d ms too far ahead of the clock", e.index, last-ahead)
		}
		known := 0
		for voter := range latest {
			if voter < regulars {
				known++
			} else if newcomers[voter]++; newcomers[voter] > 1 {
				t.Fatalf("new voter %d has come before evening %d", voter, e.index)
			}
		}
		if known != perEvening || len(latest) < perEvening+e.votes/10 {
			t.Fatalf("evening %d has %d regular voters of %d", e.index, known, len(latest))
		}
	}
	if total < votes-sessions || total > votes+sessions || huge != Tenths {
		t.Errorf("%d votes, %d huge evenings", total, huge)
	}
}

func TestCounts(t *testing.T) {
	for text, want := range map[string]string{"10M": "10 M", "300k": "300000", "17": "17", "": "", "k": "", "-1": "", "1G": "", "9999M": "", "1.5M": ""} {
		var c Count
		if err := c.UnmarshalText([]byte(text)); (err == nil) != (want != "") || err == nil && c.String() != want {
			t.Errorf("%q is %v, %v", text, c, err)
		}
	}
	if got := Count(1_234_567).String(); got != "1.23 M" {
		t.Error(got)
	}
	for _, o := range []Options{{}, {Votes: 1e6, Sessions: 10, Requests: 1}, {Votes: 10_000, Sessions: 1000, Requests: 1}, {Votes: 1e6, Sessions: 1000, Webhooks: 1001, Requests: 1}} {
		if o.check() == nil {
			t.Errorf("%+v passes", o)
		}
	}
	if err := (&Options{Votes: 1e6, Sessions: 1000, Webhooks: 100, Requests: 1}).check(); err != nil {
		t.Error(err)
	}
}
