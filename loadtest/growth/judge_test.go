package growth

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"partyline/loadtest/report"
)

// tenths are as many at which every figure is good.
func tenths() []Tenth {
	of := func(votes Count) (t Tenth) {
		t.Votes = votes
		for name, value := range map[string]float64{cpuPerVote: 10, peakMemory: 200, restMemory: 40, restAnonymous: 30, goroutines: 60,
			openFiles: 50, folderBytes: float64(votes) / 1e5, bytesPerVote: 80, stop: 0.2, startAfterStop: 0.2, startAfterKill: 0.3, startCPU: 0.4} {
			t.note(name, value)
		}
		t.Reads = []Read{{Name: "votes", Quiet: report.Summary{Count: 9, P50: 1, P99: 3}, Busy: report.Summary{Count: 9, P99: 9}, Bytes: 7000}}
		return t
	}
	unjudged := of(9e6) // has not all figures
	unjudged.Figures = slices.DeleteFunc(unjudged.Figures, func(f Figure) bool { return f.Name == openFiles })
	return []Tenth{of(1e6), of(2e6), of(3e6), unjudged, of(1e7)}
}

func TestJudgeFindsEachCostThatGrows(t *testing.T) {
	read := func(change func(r *Read)) func(*Tenth) {
		return func(last *Tenth) { change(&last.Reads[0]) }
	}
	figure := func(name string, value float64) func(*Tenth) {
		return func(last *Tenth) {
			for i := range last.Figures {
				if last.Figures[i].Name == name {
					last.Figures[i].Value = value
				}
			}
		}
	}
	for name, c := range map[string]struct {
		change func(last *Tenth)
		want   string
	}{
		"nothing":                         {func(*Tenth) {}, ""},
		"a folder that is larger":         {figure(folderBytes, 1e9), ""},
		"a vote within the noise":         {figure(cpuPerVote, 12.4), ""},
		"a vote":                          {figure(cpuPerVote, 12.6), "server CPU per vote, µs: 12.6, it was 10 at the second tenth"},
		"a storm above its bound":         {figure(peakMemory, 351), "peak memory, MiB: 351, at most 350 is allowed"},
		"memory at rest":                  {figure(restMemory, 59), "memory at rest, MiB: 59, it was 40"},
		"memory at rest above its bound":  {figure(restMemory, 61), "at most 60"},
		"anonymous memory":                {figure(restAnonymous, 41), "without files"},
		"goroutines":                      {figure(goroutines, 81), "goroutines"},
		"files":                           {figure(openFiles, 1001), "open files"},
		"bytes of a vote":                 {figure(bytesPerVote, 101), "bytes per vote"},
		"a start within the bound":        {figure(startAfterStop, 0.7), "start, s: 0.7, it was 0.2"},
		"a start after a kill":            {figure(startAfterKill, 1.1), "start after a kill, s: 1.1, at most 1"},
		"what a start begins":             {figure(startCPU, 1.5), "from start to rest"},
		"a stop":                          {figure(stop, 1.3), "stop, s"},
		"a read, by less than a pause":    {read(func(r *Read) { r.Quiet.P99 = 7.9 }), ""},
		"a read":                          {read(func(r *Read) { r.Quiet.P99 = 8.1 }), "votes, p99 in ms: 8.1, it was 3"},
		"a read that is too slow":         {read(func(r *Read) { r.Quiet.P99 = 20.1 }), "at most 20 is allowed"},
		"a read beside votes":             {read(func(r *Read) { r.Busy.P99 = 35 }), "beside votes: 35, it was 9"},
		"a read too slow beside votes":    {read(func(r *Read) { r.Busy.P99 = 101 }), "at most 100 is allowed"},
		"an answer":                       {read(func(r *Read) { r.Bytes = 204_000 }), "bytes of the answer"},
		"a read that is refused":          {read(func(r *Read) { r.Refused = 2 }), "votes: 2 requests were refused"},
		"a page that is new":              {read(func(r *Read) { r.Name = "late page"; r.Quiet.P99 = 19 }), ""},
		"a page that is new and too slow": {read(func(r *Read) { r.Name = "late page"; r.Quiet.P99 = 21 }), "late page, p99 in ms: 21, at most 20"},
	} {
		all := tenths()
		c.change(&all[4])
		if all[4].Reads[0] == all[1].Reads[0] && name != "files" { // a figure of only one tenth is noise
			if found := judge(all, 20*time.Millisecond); found.FindingCount > 0 {
				t.Errorf("%s, once: found %q", name, found.Findings)
			}
		}
		c.change(&all[3])
		found := judge(all, 20*time.Millisecond)
		if c.want == "" && found.FindingCount > 0 || c.want != "" && (found.FindingCount != 1 || !strings.Contains(found.Findings[0], c.want)) {
			t.Errorf("%s: found %q, want %q", name, found.Findings, c.want)
		}
	}
}

func TestTheProgramBeforeIsNotJudged(t *testing.T) {
	before, now := &Growth{Name: "before", Tenths: make([]Tenth, Tenths)}, &Growth{Name: "now", Tenths: make([]Tenth, Tenths)}
	for i := range Tenths {
		before.Tenths[i], now.Tenths[i] = tenths()[1], tenths()[1]
	}
	before.Found = report.Found{Findings: []string{"slow"}, FindingCount: 1}
	r := &Report{Runs: []*Growth{before, now}}
	if err := r.Err(); err != nil {
		t.Error(err)
	}
	now.Found = before.Found
	if r.Err() == nil {
		t.Error("a finding passes")
	}
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{
		"| before: 2 M votes, 0 sessions | before: 2 M votes, 0 sessions | now: 2 M",
		"\n| votes | 1.00 / 3.00, 9.00 | 1.00 / 3.00, 9.00 | 1.00",
		"FINDING  slow", "now      1 findings",
	} {
		if !strings.Contains(b.String(), words) {
			t.Errorf("no %q in\n%s", words, b.String())
		}
	}
}
