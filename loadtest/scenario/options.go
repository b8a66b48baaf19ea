package scenario

import (
	"errors"
	"fmt"
	"strings"

	"partyline/loadtest/target"
)

// Options of a run.
type Options struct {
	target.Program
	Long bool `help:"The form for measuring, some minutes; without it some ten seconds."`
	// Rate, Seconds and Screens are used instead of the script's own where it has such a
	// thing; 0 leaves it.
	Rate    int `help:"Votes, or calls, a second instead of the script's."`
	Seconds int `help:"Seconds of the main part instead of the script's."`
	Screens int `help:"Screens instead of the script's."`
	// Thresholds come on top of the script's.
	Thresholds []Threshold `name:"threshold" sep:"none" help:"METRIC:EXPRESSION that must hold too, as vote_ms:p(95)<5; repeatable."`
	K6         string      `name:"k6" help:"This k6 instead of the one that loadtest/k6/go.mod names."`
	Scenario   Scenario    `kong:"-"`
	// Scripts is the folder of the scripts.
	Scripts string `kong:"-"`
}

func (o *Options) complete() error {
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

// UnmarshalText reads it from a command line.
func (t *Threshold) UnmarshalText(text []byte) (err error) {
	*t, err = ParseThreshold(string(text))
	return err
}
