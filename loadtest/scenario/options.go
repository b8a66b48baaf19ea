package scenario

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// Programs are what a run starts.
type Programs struct {
	// Server is the program under test, K6 the load generator.
	Server, K6 string
	// Receiver is a command that calls receiver.Serve; flags of a plan follow it.
	Receiver []string
	// Scripts is the folder of the scripts.
	Scripts string
	// Output gets what all of them write to stderr, at the same time.
	Output io.Writer
}

// Options of a run.
type Options struct {
	Programs
	Scenario Scenario
	// Long is the form for measuring; without it the form for CI, some ten seconds.
	Long bool
	// Rate, Seconds and Screens are used instead of the script's own where it has such a
	// thing; 0 leaves it.
	Rate, Seconds, Screens int
	// Thresholds come on top of the script's.
	Thresholds []Threshold
	// Progress is told what is going on, one sentence at a time; nil for silence.
	Progress func(sentence string)
}

func (o *Options) complete() error {
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	if o.Rate < 0 || o.Seconds < 0 || o.Screens < 0 {
		return errors.New("rate, seconds and screens must not be negative")
	}
	return nil
}

// form is the word for it.
func (o *Options) form() string {
	if o.Long {
		return "long"
	}
	return "short"
}

// Threshold is what a metric of k6 must keep to, in k6's own words: vote_ms and p(95)<5.
type Threshold struct {
	Metric, Expression string
}

// ParseThreshold reads METRIC:EXPRESSION. The metric may carry tags in braces.
func ParseThreshold(text string) (Threshold, error) {
	colon := strings.LastIndexByte(text, ':')
	if colon < 1 || colon == len(text)-1 {
		return Threshold{}, fmt.Errorf("a threshold is METRIC:EXPRESSION, as vote_ms:p(95)<5, not %q", text)
	}
	return Threshold{text[:colon], text[colon+1:]}, nil
}
