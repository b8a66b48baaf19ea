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
	"strconv"
	"sync"
	"time"

	"partyline/loadtest/report"
	"partyline/protocol"
)

// order is what a process of attackers is told.
type order struct {
	Attack  string             `json:"attack"`
	Addr    string             `json:"addr"`
	Admin   string             `json:"admin"`  // tokens
	Viewer  string             `json:"viewer"` // one that can only watch
	Session protocol.SessionID `json:"session"`
	// Code lets guests into the session, OnceCode into another one, where each device has
	// one vote; both are for attacks from addresses.
	Code     string `json:"code"`
	OnceCode string `json:"once_code"`
	// TLS says that the server speaks it, with a certificate that nobody knows.
	TLS   bool          `json:"tls"`
	Lasts time.Duration `json:"lasts"`
}

// result is what it tells in the end.
type result struct {
	// Met is what its clients met, by kind.
	Met map[string]int `json:"met"`
	// Taken is how long those votes took that were taken.
	Taken report.Summary `json:"taken"`
}

// attackers are all clients of one attack. They are a process of their own, of the
// lowest priority: real ones would not take the server's cores to attack it.
type attackers struct {
	order
	taken report.Histogram

	mu  sync.Mutex
	met map[string]int
}

// tell counts what attackers meet.
func (t *attackers) tell(kind string, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n > 0 {
		t.met[kind] += n
	}
}

// childCommand is the first argument of a program that is to attack.
const childCommand = "attack"

// Child makes this process one of attackers if it was started as one, and ends it; else it
// returns at once. It reads an order from stdin, carries it out, and writes what came of it.
// A program that calls Run must call it first.
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
	if err := json.NewDecoder(in).Decode(&t.order); err != nil {
		return err
	}
	run, err := runOf(t.order.Attack)
	if err != nil {
		return err
	}
	lasting, cancel := context.WithTimeout(context.Background(), t.Lasts)
	defer cancel()
	if err := run(lasting, t); err != nil && lasting.Err() == nil {
		return err
	}
	return json.NewEncoder(out).Encode(result{Met: t.met, Taken: t.taken.Summary()})
}

// runOf finds what the attack of that name does.
func runOf(name string) (func(context.Context, *attackers) error, error) {
	for _, a := range addressAttacks {
		if a.name == name {
			return a.run, nil
		}
	}
	for _, a := range attacks {
		if a.name == name {
			return a.run, nil
		}
	}
	return nil, fmt.Errorf("no attack is called %q", name)
}

// send runs the process with that priority, 19 for what nobody else wants, and waits for it.
func (o order) send(ctx context.Context, nice int) (s result, err error) {
	self, err := os.Executable()
	if err != nil {
		return s, err
	}
	in, err := json.Marshal(o)
	if err != nil {
		return s, err
	}
	ctx, cancel := context.WithTimeout(ctx, o.Lasts+answerWithin+2*lastWait)
	defer cancel()
	cmd := exec.CommandContext(ctx, "nice", "-n", strconv.Itoa(nice), self, childCommand)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return s, fmt.Errorf("the attackers: %w: %s", errors.Join(err, ctx.Err()), stderr.Bytes())
	}
	return s, json.Unmarshal(stdout.Bytes(), &s)
}
