package scenario_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"partyline/loadtest/scenario"
	"partyline/loadtest/target"
)

// within bounds a test; none takes more than some seconds.
const within = 2 * time.Minute

// options are a run with the real server and the fake k6.
func options(t *testing.T, server, name string) scenario.Options {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	one, err := scenario.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return scenario.Options{
		Program: target.Program{Binary: server, Output: t.Output()}, K6: self, Scripts: "../k6", Scenario: one,
	}
}

// build is the real program, built once.
func build(t *testing.T) string {
	t.Helper()
	server, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return server
}

var program = sync.OnceValues(func() (string, error) { return target.Build(context.Background(), workshop) })

// TestRunsAreComparedWithTheServer runs the real server and a k6 that does as it is told.
func TestRunsAreComparedWithTheServer(t *testing.T) {
	server := build(t)
	impossible := []scenario.Threshold{{Metric: "vote_ms", Expression: "p(95)<0"}}
	for name, c := range map[string]struct {
		scenario string
		wish     func(*scenario.Options)
		words    string // of the report's error, empty for a good run
	}{
		"good":                 {"votes", func(*scenario.Options) {}, ""},
		"webhooks arrive":      {"webhooks", func(*scenario.Options) {}, ""},
		"impossible threshold": {"votes", func(o *scenario.Options) { o.Thresholds = impossible }, "threshold vote_ms p(95)<0"},
		"lost votes":           {"votes", func(o *scenario.Options) { o.Screens = 2 }, "22 votes were acknowledged and 20 are recorded: 2 are lost"},
		"not flat":             {"soak", func(*scenario.Options) {}, "too short"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), within)
			defer cancel()
			o := options(t, server, c.scenario)
			o.Rate = 20
			c.wish(&o)
			r, err := scenario.Run(ctx, o)
			if err != nil {
				t.Fatal(err)
			}
			if err := r.Err(); (err == nil) != (c.words == "") || err != nil && !strings.Contains(err.Error(), c.words) {
				t.Errorf("error is %v, want %q", err, c.words)
			}
			if r.Votes.Recorded != 20 || r.Server.Growth["votes"] != 20 || r.Server.PeakRSS < 5 {
				t.Errorf("counted %+v, %+v", r.Votes, r.Server)
			}
			if w := r.Webhooks; w != nil && (w.Accepted < 20 || int(w.Latency.Count) < 20) {
				t.Errorf("delivered %+v", w)
			}
			checkText(t, r)
		})
	}
}

// checkText looks whether the report for people says what went wrong.
func checkText(t *testing.T, r *scenario.Report) {
	t.Helper()
	var text bytes.Buffer
	if err := r.Write(&text); err != nil {
		t.Fatal(err)
	}
	want := []string{r.Scenario + ", short form", "20 recorded", "MiB at most"}
	for _, v := range r.Failed() {
		want = append(want, "FAILED         "+v.Metric+" "+v.Expression+": count 1, p(95) 7")
	}
	for _, f := range r.Findings {
		want = append(want, "FINDING        "+f)
	}
	for _, words := range want {
		if !strings.Contains(text.String(), words) {
			t.Errorf("%q is missing in:\n%s", words, text.String())
		}
	}
}

// A k6 that breaks off, or says nothing, has proven nothing.
func TestBrokenRunsAreErrors(t *testing.T) {
	server := build(t)
	for words, seconds := range map[string]int{"exit status 107": 107, "left no summary": mute} {
		o := options(t, server, "votes")
		o.Seconds = seconds
		if r, err := scenario.Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%v, %v, want %s", r, err, words)
		}
	}
	o := options(t, server, "votes")
	o.Rate = -1
	if _, err := scenario.Run(t.Context(), o); err == nil {
		t.Error("a negative rate passes")
	}
}

// Ctrl-C ends k6 and the server, and leaves nothing behind.
func TestInterruptedRunsEndWhatTheyStarted(t *testing.T) {
	o := options(t, build(t), "votes")
	o.Seconds = hang
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	o.Output = &wordWatcher{word: "hanging", found: cancel, Writer: t.Output()}
	t.Setenv("TMPDIR", t.TempDir())
	if _, err := scenario.Run(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}

// wordWatcher calls when the word is written.
type wordWatcher struct {
	io.Writer
	word  string
	found func()
}

func (w *wordWatcher) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte(w.word)) {
		w.found()
	}
	return w.Writer.Write(b)
}
