package scenario

import (
	"strings"
	"testing"

	"partyline/loadtest/target"
)

const goodSummary = `{"duration_ms": 12500, "metrics": {
	"vote_ms": {"type": "trend", "values": {"count": 3, "med": 1.5, "p(99)": null},
		"thresholds": {"p(95)<5": {"ok": true}, "p(99)<1": {"ok": false}}},
	"votes_acknowledged": {"type": "counter", "values": {"count": 3, "rate": 0.24}},
	"dropped_iterations": {"type": "counter", "values": {"count": 0}, "thresholds": {"count==0": {"ok": true}}}}}`

func TestSummaryIsRead(t *testing.T) {
	s, err := ReadSummary([]byte(goodSummary))
	if err != nil {
		t.Fatal(err)
	}
	if s.Seconds != 12.5 || s.Count("votes_acknowledged") != 3 || s.Count("votes_unknown") != 0 || s.Metrics["vote_ms"].Values["med"] != 1.5 {
		t.Errorf("read as %+v", s)
	}
	var told []string
	for _, v := range s.Thresholds {
		word := " kept"
		if !v.OK {
			word = " failed"
		}
		told = append(told, v.Metric+" "+v.Expression+word)
	}
	if got := strings.Join(told, "; "); got != "dropped_iterations count==0 kept; vote_ms p(95)<5 kept; vote_ms p(99)<1 failed" {
		t.Errorf("verdicts: %s", got)
	}
}

func TestSummariesThatSayNothingAreRefused(t *testing.T) {
	for _, text := range []string{"", "[]", "{}", `{"duration_ms": 5, "metrics": {}}`, `{"duration_ms": 0, "metrics": {"a": {"type": "counter"}}}`} {
		if s, err := ReadSummary([]byte(text)); err == nil {
			t.Errorf("%q is read as %+v", text, s)
		}
	}
}

func TestMetricsAreReadAndSummed(t *testing.T) {
	before := target.ParseMetrics([]byte("partyline_votes_total 3\n"))
	after := target.ParseMetrics([]byte(`# HELP partyline_votes_total Votes
# TYPE partyline_votes_total counter
partyline_votes_total 10
partyline_votes_totally 99
http_server_request_duration_seconds_count{http_request_method="GET",http_response_status_class="2xx"} 1e+01
http_server_request_duration_seconds_count{http_request_method="GET",http_response_status_class="5xx"} 2
http_server_request_duration_seconds_bucket{le="+Inf"} 7
nonsense
`))
	grown := growth(before, after)
	for name, want := range map[string]float64{"votes": 7, "requests": 12, "requests_5xx": 2, "commits": 0} {
		if grown[name] != want {
			t.Errorf("%s grew by %g, want %g", name, grown[name], want)
		}
	}
	for _, name := range never {
		if _, ok := grown[name]; !ok {
			t.Errorf("%s must stay what it is, and is no figure", name)
		}
	}
}

func TestThresholdsOfTheCommandLine(t *testing.T) {
	for text, want := range map[string]Threshold{
		"vote_ms:p(95)<5":              {"vote_ms", "p(95)<5"},
		"vote_ms{part:last}:p(99)<100": {"vote_ms{part:last}", "p(99)<100"},
		"vote_ms":                      {},
		":p(95)<5":                     {},
		"vote_ms:":                     {},
	} {
		got, err := ParseThreshold(text)
		if got != want || (err == nil) != (want != Threshold{}) {
			t.Errorf("%s is read as %+v, %v", text, got, err)
		}
	}
}
