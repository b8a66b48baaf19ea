package crash

import (
	"fmt"
	"io"

	"partyline/loadtest/latency"
	"partyline/loadtest/oracle"
	"partyline/protocol"
)

// Report is what a run came to. It is a good run when Findings is empty.
type Report struct {
	Rounds int `json:"rounds"`
	// Stillborn is how many more times the host was killed while it recovered.
	Stillborn int           `json:"killed_while_recovering"`
	Votes     oracle.Counts `json:"votes"`
	SentAgain int64         `json:"votes_acknowledged_when_sent_again"`
	// Polls are of all sessions; PollsAgain is as SentAgain.
	Polls      oracle.PollCounts `json:"polls"`
	PollsAgain int64             `json:"poll_votes_acknowledged_when_sent_again"`
	Events     []protocol.Seq    `json:"events_per_session"`
	Resumed    int64             `json:"screens_reconnected"`
	Restart    latency.Summary   `json:"start_to_ready"`
	// Beside is what a companion has to say.
	Beside   string   `json:"beside,omitempty"`
	Findings []string `json:"findings"`
	Count    int      `json:"finding_count"`
}

// Err is nil for a good run.
func (r *Report) Err() error {
	if r.Count > 0 {
		return fmt.Errorf("%d findings, the first: %s", r.Count, r.Findings[0])
	}
	if r.Votes.Acknowledged == 0 {
		return fmt.Errorf("no vote was acknowledged: the run proves nothing")
	}
	if r.Polls.Acknowledged == 0 || r.Polls.ByTime == 0 {
		return fmt.Errorf("no vote in a poll was acknowledged, or none ended by its time: the run proves nothing about polls")
	}
	return nil
}

func (e *evening) report() *Report {
	r := &Report{
		Rounds: int(e.restarts.Count()), Stillborn: e.stillborn, Votes: e.ledger.Count(), SentAgain: e.again.Load(), PollsAgain: e.pollsAgain.Load(),
		Beside: e.beside.Summary, Resumed: e.reconnects.Load(), Restart: e.restarts.Summary(), Findings: e.findings.List(), Count: e.findings.Count(),
	}
	for _, record := range e.records {
		r.Events = append(r.Events, record.Last())
	}
	for _, c := range e.contests {
		r.Polls = r.Polls.Add(c.polls.Count())
	}
	return r
}

// Write prints the report for people.
func (r *Report) Write(w io.Writer) error {
	text := fmt.Sprintf("kills      %d, and %d while recovering\nvotes      %d sent, %d acknowledged, %d unknown (%d of them recorded), %d acknowledged when sent again\n"+
		"events     %v\nresumed    %d times\nrestart    %v\n", r.Rounds, r.Stillborn, r.Votes.Sent, r.Votes.Acknowledged, r.Votes.Unknown,
		r.Votes.Found, r.SentAgain, r.Events, r.Resumed, r.Restart)
	p := r.Polls
	text += fmt.Sprintf("polls      %d opened, %d ended by time, %d by the host, %d canceled\n"+
		"in polls   %d votes sent, %d acknowledged, %d refused, %d unknown (%d of them counted), %d acknowledged when sent again\n",
		p.Opened, p.ByTime, p.ByHost, p.Canceled, p.Votes, p.Acknowledged, p.Refused, p.Unknown, p.Found, r.PollsAgain)
	if r.Beside != "" {
		text += "beside     " + r.Beside + "\n"
	}
	for _, f := range r.Findings {
		text += "FINDING    " + f + "\n"
	}
	_, err := fmt.Fprintf(w, "%soracle     %d findings\n", text, r.Count)
	return err
}
