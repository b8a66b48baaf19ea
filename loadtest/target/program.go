package target

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/procfs"

	"partyline/protocol/client"
)

// Program is what all runs have: the server under test, and where they report to.
type Program struct {
	Binary string `help:"This program instead of a built one."`
	// Output gets what programs write to stderr; nil drops it.
	Output io.Writer `kong:"-"`
	// Progress is called with what is going on, one sentence at a time; nil for silence.
	Progress func(sentence string) `kong:"-"`
}

// Say calls Progress.
func (p *Program) Say(format string, args ...any) {
	if p.Progress != nil {
		p.Progress(fmt.Sprintf(format, args...))
	}
}

// Server makes a server of the program on a temporary folder, with further flags, not started.
// Close it.
func (p *Program) Server(ctx context.Context, flags ...string) (*Server, error) {
	return New(ctx, Options{Binary: p.Binary, Output: p.Output, Flags: flags})
}

// Open is Server, started.
func (p *Program) Open(ctx context.Context, flags ...string) (*Server, error) {
	return Open(ctx, Options{Binary: p.Binary, Output: p.Output, Flags: flags})
}

// Ports below those that the kernel gives to outgoing connections (32768 and up): a client that
// calls a port of that range while the server is down can be given that very port, connect to
// itself, and keep the server from coming back.
const (
	lowestPort  = 20_000
	highestPort = 32_000
	portTries   = 100
)

// FreeAddr finds a loopback address that nobody listens on.
func FreeAddr() (string, error) {
	for range portTries {
		addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(lowestPort+rand.IntN(highestPort-lowestPort)))
		if l, err := net.Listen("tcp", addr); err == nil {
			return addr, l.Close()
		}
	}
	return "", errors.New("no free port found")
}

// lastBytes is room for the trace of a panic.
const lastBytes = 8 << 10

// lastOutput keeps the end of what a process has written.
type lastOutput struct {
	mu  sync.Mutex
	end []byte
}

// Write implements io.Writer.
func (w *lastOutput) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.end = append(w.end, b...)
	if spare := len(w.end) - lastBytes; spare > 0 {
		w.end = append(w.end[:0], w.end[spare:]...)
	}
	return len(b), nil
}

func (w *lastOutput) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return string(w.end)
}

// Metrics are the values of /metrics by series: name and labels as they are written.
type Metrics map[string]float64

// ReadMetrics asks a server for its metrics.
func ReadMetrics(ctx context.Context, c *client.Client) (Metrics, error) {
	var text []byte
	err := c.Call(ctx, "GET", "/metrics", nil, &text)
	return ParseMetrics(text), err
}

// ParseMetrics reads the text format of Prometheus as far as the server writes it: a series, a
// space, a value. Other lines are skipped.
func ParseMetrics(text []byte) Metrics {
	m := Metrics{}
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		space := bytes.LastIndexByte(line, ' ')
		if space < 1 || line[0] == '#' {
			continue
		}
		if v, err := strconv.ParseFloat(string(line[space+1:]), 64); err == nil {
			m[string(line[:space])] = v
		}
	}
	return m
}

// Sum adds the series of that name whose labels contain the words.
func (m Metrics) Sum(name, words string) (sum float64) {
	for series, v := range m {
		bare, labels, _ := strings.Cut(series, "{")
		if bare == name && strings.Contains(labels, words) {
			sum += v
		}
	}
	return sum
}

// Usage is what a process has used so far, from /proc (Linux). Sizes are in bytes.
type Usage struct {
	// CPU is user and system time, to 10 ms.
	CPU time.Duration
	// RSS is the resident memory now, Peak the highest that it ever was.
	RSS, Peak int64
	// Mapped is the part of RSS that are pages of files: the program, and what a journal
	// maps of its tables. The system takes them back when it wants the room.
	Mapped int64
}

// Measure reads a process's usage.
func Measure(pid int) (u Usage, err error) {
	p, err := procfs.NewProc(pid)
	if err != nil {
		return u, err
	}
	stat, err := p.Stat()
	if err != nil {
		return u, err
	}
	status, err := p.NewStatus()
	return Usage{
		CPU: time.Duration(stat.CPUTime() * float64(time.Second)), RSS: int64(status.VmRSS), Peak: int64(status.VmHWM),
		Mapped: int64(status.RssFile + status.RssShmem),
	}, err
}

// ResetPeak has Usage.Peak begin again: the start of a server reads all of its tables.
func ResetPeak(pid int) error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0)
}

// Sample is what a server takes at one moment.
type Sample struct {
	// RSS is Private memory and pages of mapped files, mostly the journal's tables: those grow
	// with what is recorded, and the system takes them back when it wants.
	RSS     float64 `json:"rss_mib"`
	Private float64 `json:"private_mib"`
	// Live is what the last garbage collection could not free.
	Live       float64 `json:"live_mib"`
	Goroutines float64 `json:"goroutines"`
	Files      float64 `json:"files"`
}

// Look measures the server from outside and asks it for its metrics.
func (s *Server) Look(ctx context.Context, c *client.Client) (Sample, error) {
	const mib = 1 << 20
	m, err := ReadMetrics(ctx, c)
	if err != nil {
		return Sample{}, err
	}
	u, err := Measure(s.Pid())
	return Sample{
		RSS: float64(u.RSS) / mib, Private: float64(u.RSS-u.Mapped) / mib, Live: m.Sum("go_gc_heap_live_bytes", "") / mib,
		Goroutines: m.Sum("go_goroutines", ""), Files: m.Sum("process_open_fds", ""),
	}, err
}

// Sockets counts those that a process has open.
func Sockets(pid int) (n int, err error) {
	p, err := procfs.NewProc(pid)
	if err != nil {
		return 0, err
	}
	files, err := p.FileDescriptorTargets()
	for _, name := range files {
		if strings.HasPrefix(name, "socket:") {
			n++
		}
	}
	return n, err
}
