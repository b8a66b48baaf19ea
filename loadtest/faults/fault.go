package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"partyline/loadtest/crash"
	"partyline/loadtest/report"
	"partyline/loadtest/target"
	"partyline/protocol"
	"partyline/protocol/client"
)

// Options of a run. Binary and Folder are required.
type Options struct {
	target.Program
	Long bool `help:"Also what takes minutes: freeze for longer than anybody waits, flip more bits."`
	// Folder is where each fault gets a folder for its data.
	Folder string `kong:"-"`
}

// Fault is one thing that happens to a server.
type Fault struct {
	Name, Summary string
	run           func(ctx context.Context, o *faultRun) error
}

// All are the faults in the order they are run.
var All = []Fault{
	{"full", "the disk fills up under load, and room is made again (needs root, on Linux)", full},
	{"frozen", "the process is stopped under load and goes on (SIGSTOP, SIGCONT)", frozen},
	{"drained", "the server is asked to end under load (SIGTERM)", drained},
	{"hung", "the disk takes no tables until a commit has no end, and takes them again; SIGTERM while it hangs", hung},
	{"bitrot", "a byte of the data folder is flipped, at the next start and while it is served", bitrot},
}

// Result is the outcome of one fault. It is a good one when Findings is empty.
type Result struct {
	Fault string   `json:"fault"`
	Seen  []string `json:"seen"`
	report.Found
}

// Write prints the result.
func (r *Result) Write(w io.Writer) error {
	p := report.NewPrinter(w)
	for _, s := range r.Seen {
		p.Line("%-8s %s", r.Fault, s)
	}
	p.Findings(8, r.Fault, r.Found)
	return p.Err()
}

// Play runs one fault. The error is for a run that could not go on.
func Play(ctx context.Context, f Fault, o Options) (*Result, error) {
	o.Say("%s: %s", f.Name, f.Summary)
	folder := filepath.Join(o.Folder, f.Name)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	d := &faultRun{Options: o, folder: folder, seen: []string{}}
	err := f.run(ctx, d)
	if d.server != nil {
		err = errors.Join(err, d.server.Close())
	}
	return &Result{Fault: f.Name, Seen: d.seen, Found: d.findings.Found()}, err
}

// faultRun is one fault under way.
type faultRun struct {
	Options
	folder   string
	server   *target.Server
	seen     []string
	findings report.Findings
}

// on makes a server on that data folder and the options of a load for it.
func (o *faultRun) on(ctx context.Context, data string, flags ...string) (c crash.Options, err error) {
	o.server, err = target.New(ctx, target.Options{Binary: o.Binary, Folder: o.folder, Data: data, Output: o.Output,
		Flags: append(flags, "--drain-timeout", drainWithin.String())})
	return crash.Options{Program: o.Program, Server: o.server, Rate: rate}, err
}

// rate is the votes per second of the load: enough that something is always under way, little
// enough that the machine is not the limit.
const rate = 1500

// underLoad calls happens while a load is on the server.
func (o *faultRun) underLoad(ctx context.Context, c crash.Options, happens func(context.Context, *crash.Load) error) error {
	r, err := crash.Play(ctx, c, happens)
	if err != nil {
		return err
	}
	o.see("%d votes acknowledged, %d unknown (%d of them recorded), %d acknowledged when sent again; all screens saw events %v, each once",
		r.Votes.Acknowledged, r.Votes.Unknown, r.Votes.Found, r.SentAgain, r.Events)
	o.findings.Append(r.Found)
	if r.Votes.Acknowledged == 0 {
		o.findings.Add("no vote was acknowledged: the run proves nothing")
	}
	return nil
}

func (o *faultRun) see(format string, args ...any) {
	o.seen = append(o.seen, fmt.Sprintf(format, args...))
	o.Say(format, args...)
}

// askTimeout bounds one call.
const askTimeout = 10 * time.Second

// answer is the answer to a call, whatever its status.
type answer struct {
	status int
	code   protocol.Code
	retry  time.Duration // Retry-After, 0 without one
	body   []byte
}

func (a answer) String() string {
	return fmt.Sprintf("%d %s with Retry-After %v", a.status, a.code, a.retry)
}

// ask calls with a body of JSON, "" for none. The error is for a call without an answer.
func ask(ctx context.Context, c *client.Client, method, path, body string) (a answer, err error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	var sent any
	if body != "" {
		sent = json.RawMessage(body)
	}
	err = c.Call(ctx, method, path, sent, &a.body)
	refused, ok := errors.AsType[*client.Error](err)
	switch {
	case err == nil:
		a.status = http.StatusOK // or another good one
	case ok:
		a.status, a.body, err = refused.Status, refused.Body, nil
		if r := refused.Refusal; r != nil {
			a.code, a.retry = r.Code, r.RetryAfter
		}
	}
	return a, err
}
