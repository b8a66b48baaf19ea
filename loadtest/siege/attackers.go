package siege

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"time"

	"partyline/loadtest/latency"
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

// spoils is what it tells in the end.
type spoils struct {
	// Met is what its clients met, by kind.
	Met map[string]int `json:"met"`
	// Taken is how long those votes took that were taken.
	Taken latency.Summary `json:"taken"`
}

// attackers are all clients of one attack. They are a process of their own, of the
// lowest priority: real ones would not take the server's cores to attack it.
type attackers struct {
	order
	taken latency.Histogram

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

// Attack is the process of attackers: it reads an order, carries it out, and writes
// what came of it.
func Attack(ctx context.Context, in io.Reader, out io.Writer) error {
	t := &attackers{met: map[string]int{}}
	if err := json.NewDecoder(in).Decode(&t.order); err != nil {
		return err
	}
	run, err := runOf(t.order.Attack)
	if err != nil {
		return err
	}
	lasting, cancel := context.WithTimeout(ctx, t.Lasts)
	defer cancel()
	if err := run(lasting, t); err != nil && lasting.Err() == nil {
		return err
	}
	return json.NewEncoder(out).Encode(spoils{Met: t.met, Taken: t.taken.Summary()})
}

// runOf finds what the attack of that name does. Those of the siege take the lowest
// priority themselves; others are started with one.
func runOf(name string) (func(context.Context, *attackers) error, error) {
	if a, err := findAddressAttack(name); err == nil {
		return a.run, nil
	}
	a, err := find(name)
	if err == nil {
		err = stepBack()
	}
	return a.run, err
}

// send runs the process and waits for it.
func (o order) send(ctx context.Context, command []string) (s spoils, err error) {
	in, err := json.Marshal(o)
	if err != nil {
		return s, err
	}
	ctx, cancel := context.WithTimeout(ctx, o.Lasts+answerWithin+2*lastWait)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return s, fmt.Errorf("the attackers: %w: %s", errors.Join(err, ctx.Err()), stderr.Bytes())
	}
	return s, json.Unmarshal(stdout.Bytes(), &s)
}
