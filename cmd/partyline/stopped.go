package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"partyline/cmd/partyline/reindex"
	"partyline/cmd/partyline/stats"
	"partyline/persistence"
	"partyline/persistence/badger"
)

// The commands of this file look into the folder of a stopped hub and, but for reindex, do not
// write to it.

// verifyCommand checks every record of a stopped hub.
type verifyCommand struct {
	Data string `arg:"" optional:"" default:"./partyline-data" setting:"" placeholder:"DIR" help:"Data folder (default ./partyline-data)."`
}

// Run prints what was read and each fault, and fails when there is one.
func (c *verifyCommand) Run(ctx context.Context, t *terminal) error {
	o := journalOptions(c.Data)
	if _, err := os.Stat(o.Dir); err != nil {
		return fmt.Errorf("no journal to verify: %w", err)
	}
	sum, err := badger.Verify(ctx, o, func(f badger.Fault) {
		fmt.Fprintf(t.out, "fault: %s\n", describeFault(f))
	})
	switch {
	case sum.Faults > 0: // printed one by one, and below
	case errors.Is(err, persistence.ErrCorrupt):
		return fmt.Errorf("%s is damaged: %w", c.Data, err)
	case err != nil:
		return explainError(err, &Config{Data: c.Data})
	}
	fmt.Fprintf(t.out, "%s: %d records in %d streams, %d commits, %d snapshots, %d memos: %d faults\n",
		c.Data, sum.Records, sum.Streams, sum.Commits, sum.Snapshots, sum.Memos, sum.Faults)
	if sum.Faults > 0 {
		return fmt.Errorf("%s is damaged: %d faults", c.Data, sum.Faults)
	}
	return reindex.Verify(ctx, o, c.Data, t.out)
}

// reindexCommand drops the index of the vote history of a stopped hub.
type reindexCommand verifyCommand

// Run leaves everything else in the folder as it is.
func (c *reindexCommand) Run(ctx context.Context, t *terminal) error {
	if _, err := os.Stat(journalOptions(c.Data).Dir); err != nil {
		return fmt.Errorf("no journal to index: %w", err)
	}
	return explainError(reindex.Drop(ctx, journalOptions(c.Data), c.Data, t.out), &Config{Data: c.Data})
}

// describeFault names the place of a fault as far as it is known.
func describeFault(f badger.Fault) string {
	var place []string
	if f.Stream != "" {
		place = append(place, "stream "+f.Stream)
	}
	if f.Seq > 0 {
		place = append(place, fmt.Sprintf("record %d", f.Seq))
	}
	if f.Position > 0 {
		place = append(place, fmt.Sprintf("position %d", f.Position))
	}
	return strings.Join(append(place, f.Reason), ", ")
}

// statsCommand tells what takes how much of a stopped hub's folder.
type statsCommand struct {
	Data      string `arg:"" optional:"" default:"./partyline-data" setting:"" placeholder:"DIR" help:"Data folder (default ./partyline-data)."`
	JSON      bool   `name:"json" help:"Print JSON."`
	KeepVotes days   `setting:"" placeholder:"TIME" help:"Tell what --keep-votes of this would free, such as 365d (default: for 30d, 90d and 365d)."`
}

// comparedKeepVotes are the values of --keep-votes that the report compares.
var comparedKeepVotes = []time.Duration{30 * oneDay, 90 * oneDay, 365 * oneDay}

// Run measures the folder and prints the report.
func (c *statsCommand) Run(ctx context.Context, t *terminal) error {
	o := journalOptions(c.Data)
	if _, err := os.Stat(o.Dir); err != nil {
		return fmt.Errorf("no journal to measure: %w", err)
	}
	keep := comparedKeepVotes
	if c.KeepVotes > 0 {
		keep = []time.Duration{time.Duration(c.KeepVotes)}
	}
	r, err := stats.Measure(ctx, o, keep)
	if err != nil {
		return explainError(err, &Config{Data: c.Data})
	}
	if r.Folder = c.Data; !c.JSON {
		return r.Print(t.out)
	}
	e := json.NewEncoder(t.out)
	e.SetIndent("", "  ")
	return e.Encode(r)
}
