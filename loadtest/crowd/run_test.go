package crowd_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"partyline/loadtest/crowd"
	"partyline/loadtest/fake"
	"partyline/loadtest/process"
	"partyline/protocol"
)

// run puts a small crowd on a fake server with a fault.
func run(t *testing.T, f fake.Fault, o crowd.Options) *crowd.Report {
	t.Helper()
	addr, err := process.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	s := fake.New(addr, f)
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Kill() }()
	o.Addr, o.Key, o.Duration, o.Settle = addr, fake.Key, 150*time.Millisecond, time.Second
	r, err := crowd.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSoundServerPasses(t *testing.T) {
	for name, o := range map[string]crowd.Options{
		"rest":             {Screens: 6, Rate: 400},
		"websocket":        {Screens: 6, Sessions: 2, Rate: 400, Transport: crowd.WS, Conns: 2},
		"batch":            {Screens: 2, Rate: 2000, Transport: crowd.Batch, BatchSize: 50},
		"tally":            {Screens: 4, Sessions: 2, Rate: 400, Mode: protocol.ModeTally},
		"closed rest":      {Screens: 2, Clients: 4},
		"closed websocket": {Screens: 2, Clients: 16, Conns: 2, Transport: crowd.WS},
		"no screens":       {Sessions: 2, Rate: 400},
		"churn":            {Screens: 6, Rate: 400, Churn: 100},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, fake.Fault{}, o)
			if err := r.Err(); err != nil {
				t.Errorf("%v\n%s", err, strings.Join(r.Findings, "\n"))
			}
			if r.Votes.Acknowledged == 0 || r.Votes.Acknowledged != r.Votes.Sent || r.Ack.Count != uint64(r.Votes.Sent) {
				t.Errorf("votes %+v, answers %+v, errors %v", r.Votes, r.Ack, r.Errors)
			}
			if o.Rate > 0 && r.Votes.Sent != int(o.Rate*0.15) {
				t.Errorf("%d votes sent of %v", r.Votes.Sent, o.Rate*0.15)
			}
			if o.Screens > 0 && (r.Show.Count == 0 || r.Deliveries == 0) {
				t.Errorf("nothing shown: %+v, %d deliveries", r.Show, r.Deliveries)
			}
			if (o.Churn > 0) != (r.Reconnects > 0) {
				t.Errorf("%d reconnects at churn %v", r.Reconnects, o.Churn)
			}
		})
	}
}

// Each fault of the fake must be found by a crowd of screens and voters.
func TestLyingServerIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		fault fake.Fault
		mode  protocol.Mode
		words string
	}{
		"loses an event":       {fault: fake.Fault{Lose: 9}, words: "a gap: seq 10 came after 8"},
		"doubles an event":     {fault: fake.Fault{Double: 9}, words: "seq 9 came again"},
		"swaps two events":     {fault: fake.Fault{Swap: 1}, words: "came again, or late"},
		"alters an event":      {fault: fake.Fault{Alter: 9}, words: "was another event before"},
		"swallows a vote":      {fault: fake.Fault{Swallow: 20}, words: "acknowledged and is lost"},
		"records a vote twice": {fault: fake.Fault{Repeat: 20}, words: "stands under seq"},
		"miscounts":            {fault: fake.Fault{Miscount: true}, words: "REST says"},
		"miscounts tallies":    {fault: fake.Fault{Miscount: true}, mode: protocol.ModeTally, words: "tally of seq"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, c.fault, crowd.Options{Screens: 4, Rate: 400, Mode: c.mode})
			if all := strings.Join(r.Findings, "\n"); r.Err() == nil || !strings.Contains(all, c.words) {
				t.Errorf("no finding says %q:\n%s", c.words, all)
			}
		})
	}
}

func TestReportForPeopleNamesFindingsAndErrors(t *testing.T) {
	r := &crowd.Report{Errors: map[string]int{"429 too_many_requests": 7}, Findings: []string{"a gap"}, FindingCount: 31}
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"7 × 429 too_many_requests", "FINDING        a gap", "31 findings"} {
		if !strings.Contains(b.String(), words) {
			t.Errorf("no %q in\n%s", words, b.String())
		}
	}
}

func TestBadOptionsAreRefused(t *testing.T) {
	for _, o := range []crowd.Options{{Transport: "pigeon"}, {Mode: "none"}, {Screens: -1}, {Rate: 1e9}, {Transport: crowd.Batch, BatchSize: 1001}} {
		if _, err := crowd.Run(t.Context(), o); err == nil {
			t.Errorf("%+v passes", o)
		}
	}
}
