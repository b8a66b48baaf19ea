package attack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	"partyline/loadtest/report"
	"partyline/protocol"
)

// task is what a process of attackers is given to do.
type task struct {
	Attack  string             `json:"attack"`
	Addr    string             `json:"addr"`
	Admin   string             `json:"admin"`  // tokens
	Viewer  string             `json:"viewer"` // one that can only watch
	Session protocol.SessionID `json:"session"`
	// Code is the join code of the session, OnceCode of another one, in which each device has one
	// vote; both are for attacks from addresses.
	Code     string `json:"code"`
	OnceCode string `json:"once_code"`
	// TLSAddr is where the server speaks TLS, with a self-signed certificate.
	TLSAddr string        `json:"tls_addr"`
	Lasts   time.Duration `json:"lasts"`
}

// result is what a process of attackers answers at its end.
type result struct {
	// Met counts what its clients met, by kind.
	Met map[string]int `json:"met"`
	// Taken is the latency of those votes that the server took.
	Taken report.Summary `json:"taken"`
}

// attackers are all clients of one attack, in a process of their own with low priority: real
// attackers would not use the CPUs of the server.
type attackers struct {
	task
	taken report.Histogram

	mu  sync.Mutex
	met map[string]int
}

// count counts what attackers met; "" counts nothing.
func (t *attackers) count(kind string, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n > 0 && kind != "" {
		t.met[kind] += n
	}
}

// childCommand is the first argument of the program that is to be a process of attackers.
const childCommand = "attack-child"

// Child makes this process attackers if it was started as such, and exits; else it returns at
// once. It reads a task from stdin and writes the result. A program that calls Run calls Child
// first.
func Child() {
	if len(os.Args) != 2 || os.Args[1] != childCommand {
		return
	}
	if err := carryOut(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "attackers:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func carryOut(in io.Reader, out io.Writer) error {
	t := &attackers{met: map[string]int{}}
	if err := json.NewDecoder(in).Decode(&t.task); err != nil {
		return err
	}
	a, err := find(t.task.Attack)
	if err != nil {
		return err
	}
	lasting, cancel := context.WithTimeout(context.Background(), t.Lasts)
	defer cancel()
	if err := a.run(lasting, t); err != nil && lasting.Err() == nil {
		return err
	}
	return json.NewEncoder(out).Encode(result{Met: t.met, Taken: t.taken.Summary()})
}

// send runs a process for the task, at the lowest priority or a higher one, and waits for it.
func (t task) send(ctx context.Context, above bool) (got result, err error) {
	nice := "19"
	if above {
		nice = "10"
	}
	self, err := os.Executable()
	if err != nil {
		return got, err
	}
	in, err := json.Marshal(t)
	if err != nil {
		return got, err
	}
	ctx, cancel := context.WithTimeout(ctx, t.Lasts+answerWithin+2*lastWait)
	defer cancel()
	cmd := exec.CommandContext(ctx, "nice", "-n", nice, self, childCommand)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return got, fmt.Errorf("the attackers: %w: %s", errors.Join(err, ctx.Err()), stderr.Bytes())
	}
	return got, json.Unmarshal(stdout.Bytes(), &got)
}
