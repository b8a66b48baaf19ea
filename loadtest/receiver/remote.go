package receiver

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"partyline/loadtest/oracle/webhook"
)

// askTimeout bounds reading a journal of a hundred thousand lines.
const askTimeout = time.Minute

// Remote is a receiver in another process. One goroutine owns it.
type Remote struct {
	// URL is scheme and host; see Path.
	URL   string
	cmd   *exec.Cmd
	stdin io.Closer
}

// Start runs this program as a receiver, see Child. What that says of errors goes to stderr.
func Start(stderr io.Writer, p Plan) (*Remote, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	plan, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, childCommand, string(plan))
	cmd.Stderr = stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	r := &Remote{cmd: cmd, stdin: stdin}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the receiver does not say its URL: %w", err), r.End())
	}
	r.URL = strings.TrimSpace(line)
	return r, nil
}

// End closes its input and waits for it.
func (r *Remote) End() error {
	_ = r.stdin.Close()
	return r.cmd.Wait()
}

// Tally asks what has been counted so far.
func (r *Remote) Tally(ctx context.Context) (t Tally, err error) {
	return t, r.ask(ctx, "/tally", func(d *json.Decoder) error { return d.Decode(&t) })
}

// Journal asks for all that was seen.
func (r *Remote) Journal(ctx context.Context) (requests []webhook.Request, err error) {
	return requests, r.ask(ctx, "/journal", func(d *json.Decoder) error {
		for d.More() {
			var s webhook.Request
			if err := d.Decode(&s); err != nil {
				return err
			}
			requests = append(requests, s)
		}
		return nil
	})
}

func (r *Remote) ask(ctx context.Context, path string, read func(*json.Decoder) error) error {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL+path, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	return read(json.NewDecoder(res.Body))
}
