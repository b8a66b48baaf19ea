package growth

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"partyline/loadtest/target"
)

// Options of a run.
type Options struct {
	target.Program
	Votes    Count         `default:"10M" help:"Votes in the end: 10000000, 10M or 300k."`
	Sessions Count         `default:"10000" help:"Sessions in the end; one in a hundred of them is deleted again."`
	Webhooks int           `default:"100" help:"Webhooks, of which one in twenty gets events."`
	Before   string        `help:"Grow this program's folder as well, with the same load, to compare with; it is not judged."`
	Requests int           `default:"200" help:"Requests to each read at each tenth, as far as they fit into a second."`
	MostRead time.Duration `default:"20ms" help:"The largest p99 of a read while nothing else runs."`
	Timeout  time.Duration `default:"1h" help:"Give up after so long."`
	Folder   string        `help:"Where folders are made (the temporary folder)."`
	Keep     bool          `help:"Keep the folders."`
	// Tables gets a table at each tenth.
	Tables io.Writer `kong:"-"`
}

// Tenths is how often a run measures.
const Tenths = 10

// check refuses what cannot be divided into tenths of evenings that differ.
func (o *Options) check() error {
	if o.Sessions < 10*Tenths || o.Votes < 100*o.Sessions || o.Votes > 1_000*o.Sessions*10 || o.Webhooks < 0 || o.Webhooks > 1000 || o.Requests < 1 {
		return fmt.Errorf("at least %d sessions of 100 to 10,000 votes each, at most 1,000 webhooks, and 1 request", 10*Tenths)
	}
	return nil
}

// Count is a number that may be written with k or M behind it.
type Count int

// UnmarshalText implements encoding.TextUnmarshaler.
func (c *Count) UnmarshalText(text []byte) error {
	digits, factor := string(text), 1
	if rest, ok := strings.CutSuffix(digits, "M"); ok {
		digits, factor = rest, 1_000_000
	} else if rest, ok := strings.CutSuffix(digits, "k"); ok {
		digits, factor = rest, 1000
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n < 0 || n > 1_000_000_000/factor {
		return fmt.Errorf("%q is no number of up to a thousand million, such as 300k or 10M", text)
	}
	*c = Count(n * factor)
	return nil
}

// String is the number, rounded to what its readers want to know.
func (c Count) String() string {
	if c >= 1_000_000 {
		return strconv.FormatFloat(math.Round(float64(c)/1e4)/100, 'f', -1, 64) + " M"
	}
	return strconv.Itoa(int(c))
}
