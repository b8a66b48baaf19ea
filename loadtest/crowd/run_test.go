package crowd_test

import (
	"bytes"
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"partyline/loadtest/crowd"
	"partyline/loadtest/report"
	"partyline/loadtest/target"
	"partyline/protocol"
)

// run puts a small crowd on the real server.
func run(t *testing.T, o crowd.Options) *crowd.Report {
	t.Helper()
	server, err := target.Open(t.Context(), target.Options{Binary: binary(t), Output: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	o.Addr, o.Key, o.Duration, o.Settle = server.Addr, server.AdminKey, 150*time.Millisecond, time.Second
	r, err := crowd.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// binary is the real program, built once.
func binary(t *testing.T) string {
	t.Helper()
	b, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var folder string

var built = sync.OnceValues(func() (string, error) { return target.Build(context.Background(), folder) })

func TestMain(m *testing.M) {
	code := 1
	var err error
	if folder, err = os.MkdirTemp("", "partyline-crowd-"); err == nil {
		code = m.Run()
	}
	_ = os.RemoveAll(folder)
	os.Exit(code)
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
			r := run(t, o)
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

func TestReportForPeopleNamesFindingsAndErrors(t *testing.T) {
	r := &crowd.Report{Errors: map[string]int{"429 too_many_requests": 7}, Found: report.Found{Findings: []string{"a gap"}, FindingCount: 31}}
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
