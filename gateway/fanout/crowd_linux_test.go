package fanout_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// crowdVariable asks the test binary to be a crowd: "address size mode".
const crowdVariable = "PARTYLINE_TEST_CROWD"

// TestMain runs the tests, or a crowd in a process of its own, so that what the
// clients cost is not counted as the server's.
func TestMain(m *testing.M) {
	if order := os.Getenv(crowdVariable); order != "" {
		if err := newCrowd().run(strings.Fields(order)); err != nil {
			fmt.Fprintln(os.Stderr, "crowd:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// report is what a crowd tells at its end.
type report struct {
	Deliveries int64 // events and tallies that came
	Wrong      int64 // events that came twice, not in order, or after a gap
	Folded     int64 // snapshots
	P50, P99   time.Duration
	Newest     int64 // highest seq
}

// crowd is many clients that only listen, served by a few goroutines with epoll.
type crowd struct {
	conns   map[int32]*listener
	files   []net.Conn
	events  atomic.Int64
	wrong   atomic.Int64
	folded  atomic.Int64
	mu      sync.Mutex
	latency []int32 // microseconds
}

// listener is one client: the end of a frame that came in part, and its last seq.
type listener struct {
	part []byte
	seq  int64
}

func newCrowd() *crowd { return &crowd{conns: map[int32]*listener{}} }

func (c *crowd) run(order []string) error {
	n, _ := strconv.Atoi(order[1])
	if err := c.connect(order[0], n, order[2]); err != nil {
		return err
	}
	const readers = 2
	for i := range readers {
		ep, err := syscall.EpollCreate1(0)
		if err != nil {
			return err
		}
		c.watch(ep, i, readers)
		go c.listen(ep)
	}
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin) // the test closes it
	c.hearOut()
	return json.NewEncoder(os.Stdout).Encode(c.report())
}

// hearOut waits until nothing comes any more: what the server has written may still be
// with the kernel, or with readers that have no core.
func (c *crowd) hearOut() {
	const silence, most = 300 * time.Millisecond, 10 * time.Second
	tick := time.NewTicker(silence)
	defer tick.Stop()
	began, heard := time.Now(), int64(-1)
	for now := range tick.C {
		if c.events.Load() == heard || now.Sub(began) > most {
			return
		}
		heard = c.events.Load()
	}
}

func (c *crowd) connect(address string, n int, mode string) error {
	for range n {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return err
		}
		hello := []byte(handshake)
		if mode != "idle" {
			hello = append(hello, masked(opText, []byte(`{"type":"subscribe","sessionId":1,"mode":"`+mode+`"}`))...)
		}
		if _, err := conn.Write(hello); err != nil {
			return err
		}
		if err := skipHandshake(conn); err != nil {
			return err
		}
		c.files = append(c.files, conn)
	}
	return nil
}

// skipHandshake reads the answer byte by byte: frames may follow.
func skipHandshake(conn net.Conn) error {
	var answer []byte
	one := make([]byte, 1)
	for !bytes.HasSuffix(answer, []byte("\r\n\r\n")) {
		if _, err := conn.Read(one); err != nil {
			return fmt.Errorf("handshake: %w after %q", err, answer)
		}
		answer = append(answer, one...)
	}
	return nil
}

func (c *crowd) watch(ep, part, parts int) {
	for i, conn := range c.files {
		if i%parts != part {
			continue
		}
		raw, _ := conn.(*net.TCPConn).SyscallConn()
		_ = raw.Control(func(fd uintptr) {
			c.mu.Lock()
			c.conns[int32(fd)] = &listener{}
			c.mu.Unlock()
			_ = syscall.EpollCtl(ep, syscall.EPOLL_CTL_ADD, int(fd), &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)})
		})
	}
}

func (c *crowd) listen(ep int) {
	ready := make([]syscall.EpollEvent, 256)
	buf := make([]byte, 256<<10)
	var latency []int32
	for {
		n, err := syscall.EpollWait(ep, ready, -1)
		if err != nil && err != syscall.EINTR {
			return
		}
		for _, e := range ready[:max(n, 0)] {
			c.mu.Lock()
			l := c.conns[e.Fd]
			c.mu.Unlock()
			k := copy(buf, l.part)
			m, err := syscall.Read(int(e.Fd), buf[k:])
			if m <= 0 || err != nil {
				_ = syscall.EpollCtl(ep, syscall.EPOLL_CTL_DEL, int(e.Fd), nil)
				continue
			}
			rest := c.frames(l, buf[:k+m], &latency)
			l.part = append(l.part[:0], rest...)
		}
		c.mu.Lock()
		c.latency = append(c.latency, latency...)
		c.mu.Unlock()
		latency = latency[:0]
	}
}

// frames takes the whole frames and returns what is left.
func (c *crowd) frames(l *listener, b []byte, latency *[]int32) []byte {
	now := time.Now().UnixNano()
	for len(b) >= 4 {
		head, n := 2, int(b[1])
		if n == 126 {
			head, n = 4, int(binary.BigEndian.Uint16(b[2:]))
		}
		if len(b) < head+n {
			return b
		}
		if b[0] == 0x80|opText {
			c.message(l, b[head:head+n], now, latency)
		}
		b = b[head+n:]
	}
	return b
}

func (c *crowd) message(l *listener, m []byte, now int64, latency *[]int32) {
	kind, seq := m[9:13], number(m, `"seq":`) // {"type":"…
	switch {
	case bytes.Equal(kind, []byte("vote")):
		if l.seq != 0 && seq != l.seq+1 {
			c.wrong.Add(1)
		}
		*latency = append(*latency, int32((now-number(m, `"at":`))/1000))
		c.events.Add(1)
	case bytes.Equal(kind, []byte("tall")):
		c.events.Add(1)
	case bytes.Equal(kind, []byte("snap")):
		c.folded.Add(1)
	}
	l.seq = seq
}

// number finds a number by its name, quickly.
func number(m []byte, name string) (n int64) {
	i := bytes.Index(m, []byte(name))
	for i += len(name); i < len(m) && m[i] >= '0' && m[i] <= '9'; i++ {
		n = n*10 + int64(m[i]-'0')
	}
	return n
}

func (c *crowd) report() report {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := report{Deliveries: c.events.Load(), Wrong: c.wrong.Load(), Folded: c.folded.Load()}
	if n := len(c.latency); n > 0 {
		slices.Sort(c.latency)
		r.P50, r.P99 = time.Duration(c.latency[n/2])*time.Microsecond, time.Duration(c.latency[n*99/100])*time.Microsecond
	}
	for _, l := range c.conns {
		r.Newest = max(r.Newest, l.seq)
	}
	return r
}

// gathering is a crowd as the server's process sees it.
type gathering struct {
	t   testing.TB
	cmd *exec.Cmd
	in  io.WriteCloser
	out *json.Decoder
}

// gather starts a crowd and returns when everybody is connected. What they subscribe
// to they ask for right behind the handshake.
func gather(t testing.TB, address string, n int, mode string) *gathering {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	// The race detector would have each crowd sleep for a second before it exits.
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0", fmt.Sprintf("%s=%s %d %s", crowdVariable, address, n, mode))
	cmd.Stderr = os.Stderr
	in, _ := cmd.StdinPipe()
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make([]byte, len("ready\n"))
	if _, err := io.ReadFull(out, ready); err != nil {
		t.Fatalf("the crowd is not ready: %q %v", ready, err)
	}
	return &gathering{t, cmd, in, json.NewDecoder(out)}
}

// leave ends the crowd.
func (g *gathering) leave() (r report) {
	g.t.Helper()
	_ = g.in.Close()
	if err := g.out.Decode(&r); err != nil {
		g.t.Error(err)
	}
	_ = g.cmd.Wait()
	return r
}
