package faults

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"partyline/loadtest/crash"
	"partyline/loadtest/process"
)

// Options of a run. Binary and Folder are required.
type Options struct {
	// Binary is the program; Folder is where its data go, one folder for each fault.
	Binary, Folder string
	// Long freezes for longer than anybody waits, and flips more bits.
	Long bool
	// Output gets what the server writes; nil drops it.
	Output io.Writer
	// Progress is told what is going on; nil for silence.
	Progress func(sentence string)
}

// Fault is one thing that happens to a server.
type Fault struct {
	Name, Summary string
	run           func(ctx context.Context, o *ordeal) error
}

// All are the faults in the order in which they are played.
var All = []Fault{
	{"full", "the disk fills up under load, and room is made again (needs root, on Linux)", full},
	{"frozen", "the process is stopped under load and goes on (SIGSTOP, SIGCONT)", frozen},
	{"drained", "the server is asked to end under load (SIGTERM)", drained},
	{"rotten", "a byte of the data folder is flipped, at the next start and while it is served", rotten},
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
	text := ""
	for _, s := range r.Seen {
		text += fmt.Sprintf("%-8s %s\n", r.Fault, s)
	}
	for _, f := range r.Findings {
		text += fmt.Sprintf("%-8s FINDING %s\n", r.Fault, f)
	}
	_, err := fmt.Fprintf(w, "%s%-8s %d findings\n", text, r.Fault, len(r.Findings))
	return err
}

// Play makes one fault happen. The error is for a run that could not go on.
func Play(ctx context.Context, f Fault, o Options) (*Result, error) {
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	o.Progress(f.Name + ": " + f.Summary)
	folder := filepath.Join(o.Folder, f.Name)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	d := &ordeal{Options: o, folder: folder, result: &Result{Fault: f.Name, Seen: []string{}, Findings: []string{}}}
	err := f.run(ctx, d)
	if d.server != nil {
		err = errors.Join(err, d.server.Stop(stopWithin))
	}
	return d.result, err
}

// stopWithin is longer than the server's own limit for draining.
const stopWithin = 15 * time.Second

// ordeal is one fault under way.
type ordeal struct {
	Options
	folder string
	server *process.Server
	result *Result
}

// adminKey is of servers that live for one run on the loopback.
const adminKey = "key-of-the-fault-test"

// crowd are the options of an evening on a server with its data in that folder.
func (o *ordeal) crowd(data string, flags ...string) (crash.Options, error) {
	addr, err := process.FreeAddr()
	if err != nil {
		return crash.Options{}, err
	}
	o.server = process.New(process.Options{
		Binary: o.Binary, Data: data, Addr: addr, AdminKey: adminKey,
		Secret: "secret-of-the-fault-test-and-nobody-else", Output: o.Output, Flags: flags,
	})
	return crash.Options{Host: o.server, Addr: addr, Key: adminKey, Rate: rate, Progress: o.Progress}, nil
}

// rate is the votes per second of the crowd: enough that something is always under way,
// little enough that the machine is not what is measured.
const rate = 1500

// evening has the crowd on a server, and a scene happen to it.
func (o *ordeal) evening(ctx context.Context, c crash.Options, scene crash.Scene) error {
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

func (o *ordeal) see(format string, args ...any) {
	sentence := fmt.Sprintf(format, args...)
	o.result.Seen = append(o.result.Seen, sentence)
	o.Progress(sentence)
}

func (o *ordeal) find(format string, args ...any) {
	o.result.Findings = append(o.result.Findings, fmt.Sprintf(format, args...))
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
