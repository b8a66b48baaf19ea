package usage_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"partyline/actors/ledger"
	"partyline/actors/rules/session/fact"
	"partyline/actors/usage"
	"partyline/protocol"
)

const oneDay = 24 * time.Hour

// today is noon of a day.
var today = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// night adds the records of a session that was played some days ago, each vote in 100 bytes and
// everything else in 10.
func night(c *usage.Counter, id protocol.SessionID, ago, votes int, more ...fact.Fact) {
	at := today.Add(-time.Duration(ago) * oneDay)
	add := func(bytes int64, f fact.Fact) {
		record, _ := ledger.NewRecord(fact.Append(nil, f), nil)
		c.AddRecords("session/"+id.String(), at, bytes, func(each func([]byte)) { each(record) })
	}
	now := protocol.TimestampOf(at)
	add(10, &fact.Opened{At: now})
	for range votes {
		add(100, &fact.VoteCast{At: now, Timestamp: now, Play: protocol.NewPlayID(id, 1), Game: 1, Type: protocol.VoteUp, Username: "ann"})
	}
	for _, f := range more {
		add(10, f)
	}
}

func closed() fact.Fact { return &fact.Closed{At: protocol.TimestampOf(today)} }

// TestReportTellsWhatKeepVotesFrees: sessions that are closed for longer, with votes, neither
// deleted nor folded; by the earlier of the clock and the newest record.
func TestReportTellsWhatKeepVotesFrees(t *testing.T) {
	keep := []time.Duration{30 * oneDay, 365 * oneDay}
	count := func() *usage.Counter {
		c := usage.New(keep)
		night(c, 1, 500, 4, closed())
		night(c, 2, 400, 3, closed())
		night(c, 3, 400, 3) // active
		night(c, 4, 400, 3, closed(), &fact.Deleted{At: 1})
		night(c, 5, 40, 2, closed())
		night(c, 6, 40, 0, &fact.VotesFolded{At: 1, Opened: 1, Closed: 1})
		night(c, 7, 0, 5, closed())
		return c
	}
	r := count().Report(today)
	want := []usage.Freed{{Keep: keep[0], Days: 30, Sessions: 3, Votes: 9, Bytes: 960}, {Keep: keep[1], Days: 365, Sessions: 2, Votes: 7, Bytes: 740}}
	if diff := cmp.Diff(want, r.KeepVotes); diff != "" {
		t.Error(diff)
	}
	if late := count().Report(today.Add(1000 * oneDay)); cmp.Diff(want, late.KeepVotes) != "" {
		t.Errorf("with a clock that runs ahead of the journal: %+v", late.KeepVotes)
	}
	if early := count().Report(today.Add(-100 * oneDay)); early.KeepVotes[1].Sessions != 1 {
		t.Errorf("with a clock that is slow: %+v", early.KeepVotes)
	}
	if r.Votes != 20 || r.Sessions != 6 || r.BytesPerVote != 100 {
		t.Errorf("%d votes in %d sessions, %v bytes each", r.Votes, r.Sessions, r.BytesPerVote)
	}
	growth := []usage.Growth{{Days: 1, Votes: 5, Bytes: 520}, {Days: 30, Votes: 5, Bytes: 520}}
	if diff := cmp.Diff(growth, r.Growth); diff != "" {
		t.Error(diff)
	}
	if l := r.Largest; len(l) != 6 || l[0].ID != 7 || l[0].Bytes != 520 || !l[5].Folded || l[5].ClosedAt == nil {
		t.Errorf("%+v", l)
	}
}

// TestReportDividesAChunk: the bytes of records that were committed together are divided by their
// lengths.
func TestReportDividesAChunk(t *testing.T) {
	c := usage.New(nil)
	vote, _ := ledger.NewRecord(fact.Append(nil, &fact.VoteCast{At: 1, Timestamp: 1, Play: 1, Game: 1, Type: protocol.VoteUp, Username: "ann"}), make([]byte, 100))
	poll, _ := ledger.NewRecord(fact.Append(nil, &fact.PollVoted{At: 1, Poll: 1, Choice: 1, Username: "ann"}), make([]byte, 100))
	c.AddRecords("session/1", today, 1000, func(each func([]byte)) { each(vote); each(poll); each([]byte{0xff}) })
	c.AddRecords("webhook/1", today, 70, func(each func([]byte)) { each([]byte{1}) })
	c.Add("index", 3, 30)
	r := c.Report(today)
	sum, records := int64(0), map[string]int64{}
	for _, k := range r.Kinds {
		sum += k.Bytes
		records[k.Name] = k.Entries
	}
	if sum < 1095 || sum > 1100 {
		t.Errorf("%d bytes of 1100: %+v", sum, r.Kinds)
	}
	want := map[string]int64{usage.Votes: 1, usage.PollVotes: 1, usage.SessionEvents: 1, usage.Webhooks: 1, "index": 3}
	if diff := cmp.Diff(want, records); diff != "" {
		t.Error(diff)
	}
	if r.Votes != 1 || r.PollVotes != 1 || *r.Oldest != *r.Newest {
		t.Errorf("%+v", r)
	}
}
