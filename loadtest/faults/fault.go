package faults

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"partyline/loadtest/crash"
	"partyline/loadtest/report"
	"partyline/loadtest/target"
)

// Options of a run. Binary and Folder are required.
type Options struct {
	Long bool `help:"Also what takes minutes: freeze for longer than anybody waits, flip more bits."`
	// Binary is the program; Folder is where its data go, one folder for each fault.
	Binary string `kong:"-"`
	Folder string `kong:"-"`
	// Output gets what the server writes; nil drops it.
	Output io.Writer `kong:"-"`
	// Progress is told what is going on; nil for silence.
	Progress func(sentence string) `kong:"-"`
}

// Fault is one thing that happens to a server.
type Fault struct {
	Name, Summary string
	run           func(ctx context.Context, o *faultRun) error
}

// All are the faults in the order in which they are played.
var All = []Fault{
	{"full", "the disk fills up under load, and room is made again (needs root, on Linux)", full},
	{"frozen", "the process is stopped under load and goes on (SIGSTOP, SIGCONT)", frozen},
	{"drained", "the server is asked to end under load (SIGTERM)", drained},
	{"hung", "the disk takes no tables until a commit has no end, and takes them again; SIGTERM while it hangs", hung},
	{"bitrot", "a byte of the data folder is flipped, at the next start and while it is served", bitrot},
}

// Result is what was seen of one fault. It is a good one when Findings is empty.
type Result struct {
	Fault    string   `json:"fault"`
	Seen     []string `json:"seen"`
	Findings []string `json:"findings"`
}

// Err is nil for a good result.
func (r *Result) Err() error {
	if len(r.Findings) == 0 {
		return nil
	}
	return fmt.Errorf("%s: %d findings, the first: %s", r.Fault, len(r.Findings), r.Findings[0])
}

// Write prints the result for people.
func (r *Result) Write(w io.Writer) error {
	p := report.NewPrinter(w)
	for _, s := range r.Seen {
		p.Line("%-8s %s", r.Fault, s)
	}
	for _, f := range r.Findings {
		p.Line("%-8s FINDING %s", r.Fault, f)
	}
	p.Line("%-8s %d findings", r.Fault, len(r.Findings))
	return p.Err()
}

// Play makes one fault happen. The error is for a run that could not go on.
func Play(ctx context.Context, f Fault, o Options) (*Result, error) {
	if o.Progress == nil {
		o.Progress = report.Quiet
	}
	o.Progress(f.Name + ": " + f.Summary)
	folder := filepath.Join(o.Folder, f.Name)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	d := &faultRun{Options: o, folder: folder, result: &Result{Fault: f.Name, Seen: []string{}, Findings: []string{}}}
	err := f.run(ctx, d)
	if d.server != nil {
		err = errors.Join(err, d.server.Close())
	}
	return d.result, err
}

// faultRun is one fault under way.
type faultRun struct {
	Options
	folder string
	server *target.Server
	result *Result
}

// on makes a server on that data folder and the options of a crowd that uses it.
func (o *faultRun) on(ctx context.Context, data string, flags ...string) (c crash.Options, err error) {
	o.server, err = target.New(ctx, target.Options{Binary: o.Binary, Folder: o.folder, Data: data, Output: o.Output, Flags: flags})
	return crash.Options{Server: o.server, Rate: rate, Progress: o.Progress}, err
}

// rate is the votes per second of the crowd: enough that something is always under way,
// little enough that the machine is not what is measured.
const rate = 1500

// crowded has the crowd on a server, and a scene happen to it.
func (o *faultRun) crowded(ctx context.Context, c crash.Options, scene crash.Scene) error {
	r, err := crash.Play(ctx, c, scene)
	if err != nil {
		return err
	}
	o.see("%d votes acknowledged, %d unknown (%d of them recorded), %d acknowledged when sent again; all screens saw events %v, each once",
		r.Votes.Acknowledged, r.Votes.Unknown, r.Votes.Found, r.SentAgain, r.Events)
	o.result.Findings = append(o.result.Findings, r.Findings...)
	if r.Votes.Acknowledged == 0 {
		o.find("no vote was acknowledged: the run proves nothing")
	}
	return nil
}

func (o *faultRun) see(format string, args ...any) {
	sentence := fmt.Sprintf(format, args...)
	o.result.Seen = append(o.result.Seen, sentence)
	o.Progress(sentence)
}

func (o *faultRun) find(format string, args ...any) {
	o.result.Findings = append(o.result.Findings, fmt.Sprintf(format, args...))
}
