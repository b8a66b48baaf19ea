package oracle_test

import (
	"strings"
	"testing"

	"partyline/loadtest/oracle"
	"partyline/loadtest/report"
	"partyline/protocol"
)

const (
	session = protocol.SessionID(7)
	game    = protocol.GameID(40)
	began   = protocol.Timestamp(1_700_000_000_000)
)

// run is a small run: one session, one game, a server that keeps its log.
type run struct {
	votes    *oracle.VoteLog
	events   *oracle.EventLog
	findings *report.Findings
	log      [][]byte
	totals   protocol.Totals
}

func newRun() *run {
	l := oracle.NewVoteLog(1)
	r := &run{votes: l, events: oracle.NewEventLog(l, session, 0), findings: &report.Findings{}}
	r.events.GameStarted(game, began)
	return r
}

// cast sends a vote and writes it to the log; the voter has no answer yet.
func (r *run) cast() oracle.Vote {
	n := r.votes.Take(1)
	v := r.votes.Sent(n, 0, began+protocol.Timestamp(n))
	r.write(v, v.Up)
	return v
}

// write appends the vote's event to the log.
func (r *run) write(v oracle.Vote, up bool) {
	kind := protocol.VoteUp
	if up {
		r.totals = protocol.NewTotals(r.totals.Upvotes+1, r.totals.Downvotes)
	} else {
		kind = protocol.VoteDown
		r.totals = protocol.NewTotals(r.totals.Upvotes, r.totals.Downvotes+1)
	}
	r.log = append(r.log, protocol.AppendVoteEvent(nil, v.Stamp, protocol.Seq(len(r.log)+1), &protocol.VoteReceived{
		SessionID: session, Game: protocol.EventGame{ID: game, Title: "Quiplash", PackName: "Pack"},
		Vote: protocol.Vote{Username: v.Number.Username(), Type: kind, Timestamp: v.Stamp}, Totals: r.totals,
	}))
}

// show plays log entries, given by seq, to a new screen.
func (r *run) show(seqs ...int) *oracle.ScreenCheck {
	w := oracle.NewScreenCheck("screen", r.events, r.findings)
	for _, seq := range seqs {
		w.See(protocol.Seq(seq), r.log[seq-1])
	}
	return w
}

// judge makes all the checks at the end.
func (r *run) judge(head int) {
	heads := []protocol.Seq{protocol.Seq(head)}
	r.votes.Check(r.findings, heads, r.votes.Acknowledged())
	counted := r.events.Check(r.findings, heads[0])
	r.events.CheckTotals(r.findings, protocol.SessionVotes{SessionID: session, Votes: []protocol.GameVotes{{
		GameID: game, Upvotes: r.totals.Upvotes, Downvotes: r.totals.Downvotes,
		NetScore: r.totals.PopularityScore, TotalVotes: r.totals.Upvotes + r.totals.Downvotes,
	}}}, counted)
}

func (r *run) wantFinding(t *testing.T, words string) {
	t.Helper()
	if all := strings.Join(r.findings.Found().Findings, "\n"); !strings.Contains(all, words) {
		t.Errorf("no finding says %q:\n%s", words, all)
	}
}

func (r *run) wantNone(t *testing.T) {
	t.Helper()
	if r.findings.Count() != 0 {
		t.Errorf("findings in a sound run:\n%s", strings.Join(r.findings.Found().Findings, "\n"))
	}
}
