package siege

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"partyline/loadtest/process"
)

// gauge is what the server holds.
type gauge struct {
	RSS        int64 `json:"rss_bytes"`
	Sockets    int   `json:"sockets"` // the journal's files come and go with what is written
	Goroutines int   `json:"goroutines"`
}

// measure reads it from /proc (Linux) and /metrics.
func (t *target) measure(ctx context.Context) (g gauge, err error) {
	u, err := process.Measure(t.server.Pid())
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

func (t *target) goroutines(ctx context.Context) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+t.Addr+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second}).Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }()
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		if n, ok := strings.CutPrefix(lines.Text(), "go_goroutines "); ok {
			return strconv.Atoi(n)
		}
	}
	return 0, fmt.Errorf("/metrics tells no go_goroutines: %v", lines.Err())
}

// slack is what may come and go by itself: mailboxes at work, a keep-alive connection.
const slack = 20

// settle waits until the server holds no more than before; false when it does not.
func (t *target) settle(ctx context.Context, before gauge) (gauge, bool) {
	ctx, cancel := context.WithTimeout(ctx, recovery)
	defer cancel()
	for {
		g, err := t.measure(ctx)
		if err == nil && g.Sockets <= before.Sockets+slack && g.Goroutines <= before.Goroutines+slack {
			return g, true
		}
		if !drip(ctx, 200*time.Millisecond) {
			return g, false
		}
	}
}
