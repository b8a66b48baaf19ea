package scenario

import (
	"strings"
	"testing"

	"partyline/loadtest/report"
	"partyline/loadtest/target"
)

func TestVotesMustBeRecordedOnce(t *testing.T) {
	for words, v := range map[string]Votes{
		"":                                       {Acknowledged: 10, Unknown: 2, Recorded: 12},
		"2 are lost":                             {Acknowledged: 10, Unknown: 2, Recorded: 8},
		"nobody knows of 2, and 13 are recorded": {Acknowledged: 10, Unknown: 2, Recorded: 13},
	} {
		var f report.Findings
		judgeVotes(v, &f)
		if got := strings.Join(f.Found().Findings, "\n"); !strings.Contains(got, words) || (got == "") != (words == "") {
			t.Errorf("%+v: %q, want %q", v, got, words)
		}
	}
}

// samplesOf is a course of so many samples, the last third of which is told by the change.
func samplesOf(n int, change func(*Sample)) []Sample {
	samples := make([]Sample, n)
	for i := range samples {
		samples[i] = Sample{float64(i), target.Sample{Private: 100, Live: 40, Goroutines: 300, Files: 80}}
		if i >= n-n/3 {
			change(&samples[i])
		}
	}
	return samples
}

func TestGrowthIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		n      int
		change func(*Sample)
		words  string
		votes  int64
	}{
		"flat":            {9, func(*Sample) {}, "", 0},
		"a little":        {9, func(s *Sample) { s.Private, s.Live, s.Goroutines, s.Files = 150, 55, 400, 120 }, "", 0},
		"falls":           {9, func(s *Sample) { s.Private = 10 }, "", 0},
		"memory":          {9, func(s *Sample) { s.Private = 200 }, "private memory in MiB grew from 100 in the second third to 200", 0},
		"names":           {9, func(s *Sample) { s.Live, s.Private = 100, 200 }, "", 1_200_000},
		"a leak":          {9, func(s *Sample) { s.Live = 61 }, "live heap in MiB grew from 40 in the second third to 61", 0},
		"mapped files":    {9, func(s *Sample) { s.RSS = 900 }, "", 0},
		"goroutines":      {10, func(s *Sample) { s.Goroutines = 500 }, "goroutines grew", 0},
		"files":           {11, func(s *Sample) { s.Files = 200 }, "open files grew", 0},
		"no time at all":  {2, func(*Sample) {}, "too short", 0},
		"nobody measured": {0, func(*Sample) {}, "too short", 0},
	} {
		var f report.Findings
		judgeGrowth(samplesOf(c.n, c.change), c.votes, &f)
		if got := strings.Join(f.Found().Findings, "\n"); !strings.Contains(got, c.words) || (got == "") != (c.words == "") {
			t.Errorf("%s: %q, want %q", name, got, c.words)
		}
	}
}

func TestSlowerVotesAreFound(t *testing.T) {
	third := func(count, med, p99 float64) Metric {
		return Metric{Values: map[string]float64{"count": count, "med": med, "p(99)": p99}}
	}
	for name, c := range map[string]struct {
		first, last Metric
		words       string
	}{
		"as before":          {third(5000, 1, 10), third(5000, 1, 12), ""},
		"noise":              {third(5000, 1, 1), third(5000, 1, 26), ""},
		"slower":             {third(5000, 1, 20), third(2000, 1, 70), "the p99 of votes grew from 20.0 ms in the first third to 70.0"},
		"a tail of three":    {third(5000, 1, 20), third(300, 1, 700), ""},
		"slow altogether":    {third(300, 10, 20), third(300, 50, 60), "the median of votes grew from 10.0 ms in the first third to 50.0"},
		"never told":         {third(0, 0, 0), third(300, 1, 1), "does not tell"},
		"nothing in the end": {third(300, 1, 1), Metric{}, "does not tell"},
	} {
		r := &Report{K6: K6{Metrics: map[string]Metric{"vote_ms{part:first}": c.first, "vote_ms{part:last}": c.last}}}
		var f report.Findings
		judgePace(r, &f)
		if got := strings.Join(f.Found().Findings, "\n"); !strings.Contains(got, c.words) || (got == "") != (c.words == "") {
			t.Errorf("%s: %q, want %q", name, got, c.words)
		}
	}
}

func TestReportsFailByWhatFailed(t *testing.T) {
	kept, broken := Verdict{Metric: "faults", Expression: "count==0", OK: true}, Verdict{Metric: "vote_ms", Expression: "p(95)<5"}
	for words, r := range map[string]Report{
		"":                          {K6: K6{Thresholds: []Verdict{kept}}},
		"threshold vote_ms p(95)<5": {K6: K6{Exit: 99, Thresholds: []Verdict{kept, broken}}},
		"1 findings, the first: x":  {Found: report.Found{Findings: []string{"x"}, FindingCount: 1}},
		"k6 ended with 99":          {K6: K6{Exit: 99, Thresholds: []Verdict{kept}}},
	} {
		err := r.Err()
		if (err == nil) != (words == "") || err != nil && !strings.Contains(err.Error(), words) {
			t.Errorf("%q: %v", words, err)
		}
	}
}
