package attack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"partyline/loadtest/target"
)

// gauge is what the server holds.
type gauge struct {
	RSS        int64 `json:"rss_bytes"`
	Sockets    int   `json:"sockets"` // the journal's files come and go with what is written
	Goroutines int   `json:"goroutines"`
}

// measure reads it from /proc (Linux) and /metrics.
func (t *victim) measure(ctx context.Context) (g gauge, err error) {
	u, err := target.Measure(t.server.Pid())
	if err != nil {
		return g, err
	}
	g.RSS = u.RSS
	if g.Sockets, err = sockets(t.server.Pid()); err != nil {
		return g, err
	}
	g.Goroutines, err = t.goroutines(ctx)
	return g, err
}

// sockets counts those that a process has open.
func sockets(pid int) (n int, err error) {
	folder := fmt.Sprintf("/proc/%d/fd", pid)
	files, err := os.ReadDir(folder)
	for _, f := range files {
		if what, err := os.Readlink(filepath.Join(folder, f.Name())); err == nil && strings.HasPrefix(what, "socket:") {
			n++
		}
	}
	return n, err
}

func (t *victim) goroutines(ctx context.Context) (int, error) {
	t.admin.Close() // the connection of the call before is none of what is counted
	var text []byte
	if err := t.admin.Call(ctx, "GET", "/metrics", nil, &text); err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if n, ok := strings.CutPrefix(line, "go_goroutines "); ok {
			return strconv.Atoi(strings.TrimSpace(n))
		}
	}
	return 0, errors.New("/metrics tells no go_goroutines")
}

// slack is what may come and go by itself: mailboxes at work, a keep-alive connection.
const slack = 20

// settle waits until the server holds no more than before; false when it does not.
func (t *victim) settle(ctx context.Context, before gauge) (gauge, bool) {
	ctx, cancel := context.WithTimeout(ctx, recovery)
	defer cancel()
	for {
		g, err := t.measure(ctx)
		if err == nil && g.Sockets <= before.Sockets+slack && g.Goroutines <= before.Goroutines+slack {
			return g, true
		}
		if !pause(ctx, 200*time.Millisecond) {
			return g, false
		}
	}
}
