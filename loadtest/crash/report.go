package crash

import (
	"fmt"
	"io"

	"partyline/loadtest/oracle"
	"partyline/loadtest/report"
	"partyline/loadtest/webhooks"
	"partyline/protocol"
)

// Report is the outcome of a run. It is a good run when Err is nil.
type Report struct {
	Rounds int `json:"rounds"`
	// RecoveryKills is how many more times the server was killed while it recovered.
	RecoveryKills int               `json:"killed_while_recovering"`
	Votes         oracle.Counts     `json:"votes"`
	SentAgain     int64             `json:"votes_acknowledged_when_sent_again"`
	Polls         oracle.PollCounts `json:"polls"`
	Events        []protocol.Seq    `json:"events_per_session"`
	Resumed       int64             `json:"screens_reconnected"`
	Restart       report.Summary    `json:"start_to_ready"`
	// Webhooks is nil for a run without.
	Webhooks *webhooks.Outcome `json:"webhooks,omitempty"`
	report.Found
}

// Err is nil for a good run.
func (r *Report) Err() error {
	if err := r.Found.Err(); err != nil {
		return err
	}
	if r.Votes.Acknowledged == 0 {
		return fmt.Errorf("no vote was acknowledged: the run proves nothing")
	}
	if r.Polls.Acknowledged == 0 || r.Polls.Ended == 0 {
		return fmt.Errorf("no vote in a poll was acknowledged, or no poll has ended: the run proves nothing about polls")
	}
	return nil
}

func (l *Load) report() *Report {
	r := &Report{
		Rounds: int(l.restarts.Count()), RecoveryKills: l.recoveryKills, Votes: l.Votes.Count(), SentAgain: l.again.Load(), Webhooks: l.webhooks,
		Resumed: l.Screens.Reconnects.Load(), Restart: l.restarts.Summary(), Found: l.Findings.Found(),
	}
	for _, record := range l.Events {
		r.Events = append(r.Events, record.Last())
	}
	for _, h := range l.hosts {
		r.Polls = r.Polls.Add(h.polls.Count())
	}
	return r
}

// Write prints the report.
func (r *Report) Write(w io.Writer) error {
	p, v, polls := report.NewPrinter(w), r.Votes, r.Polls
	p.Line("kills      %d, and %d while recovering", r.Rounds, r.RecoveryKills)
	p.Line("votes      %d sent, %d acknowledged, %d unknown (%d of them recorded), %d acknowledged when sent again", v.Sent, v.Acknowledged, v.Unknown, v.Found, r.SentAgain)
	p.Line("events     %v", r.Events)
	p.Line("resumed    %d times", r.Resumed)
	p.Line("restart    %v", r.Restart)
	p.Line("polls      %d ended, %d of them by time; %d votes sent, %d acknowledged, %d refused", polls.Ended, polls.ByTime, polls.Votes, polls.Acknowledged, polls.Refused)
	if r.Webhooks != nil {
		r.Webhooks.Write(p)
	}
	p.Findings(10, "oracle", r.Found)
	return p.Err()
}
