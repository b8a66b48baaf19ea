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

// poolVariable makes the test binary run a subscriber pool: "address size mode".
const poolVariable = "PARTYLINE_TEST_SUBSCRIBERS"

// TestMain runs the tests, or a subscriber pool in a process of its own, so that the CPU and
// memory of the clients is not counted as the server's.
func TestMain(m *testing.M) {
	if order := os.Getenv(poolVariable); order != "" {
		if err := newSubscriberPool().run(strings.Fields(order)); err != nil {
			fmt.Fprintln(os.Stderr, "subscriber pool:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// report is what a pool counted.
type report struct {
	Deliveries int64 // events and tallies received
	Wrong      int64 // events received twice, out of order, or after a gap
	Snapshots  int64 // snapshots
	P50, P99   time.Duration
	Newest     int64 // highest seq
}

// subscriberPool is many clients that only read, served by a few goroutines with epoll.
type subscriberPool struct {
	conns     map[int32]*poolClient
	files     []net.Conn
	events    atomic.Int64
	wrong     atomic.Int64
	snapshots atomic.Int64
	mu        sync.Mutex
	latency   []int32 // microseconds
}

// poolClient is one client: the beginning of a frame that came in part, and its last seq.
type poolClient struct {
	part []byte
	seq  int64
}

func newSubscriberPool() *subscriberPool { return &subscriberPool{conns: map[int32]*poolClient{}} }

func (p *subscriberPool) run(order []string) error {
	n, _ := strconv.Atoi(order[1])
	if err := p.connect(order[0], n, order[2]); err != nil {
		return err
	}
	const readers = 2
	for i := range readers {
		ep, err := syscall.EpollCreate1(0)
		if err != nil {
			return err
		}
		p.watch(ep, i, readers)
		go p.listen(ep)
	}
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin) // the test closes it
	p.awaitSilence()
	return json.NewEncoder(os.Stdout).Encode(p.report())
}

// awaitSilence waits until nothing comes any more: the server's last writes may still be with
// the kernel, or with readers that wait for a CPU.
func (p *subscriberPool) awaitSilence() {
	const silence, most = 300 * time.Millisecond, 10 * time.Second
	tick := time.NewTicker(silence)
	defer tick.Stop()
	began, received := time.Now(), int64(-1)
	for now := range tick.C {
		if p.events.Load() == received || now.Sub(began) > most {
			return
		}
		received = p.events.Load()
	}
}

func (p *subscriberPool) connect(address string, n int, mode string) error {
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
		p.files = append(p.files, conn)
	}
	return nil
}

// skipHandshake reads the response byte by byte: frames may follow.
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

func (p *subscriberPool) watch(ep, part, parts int) {
	for i, conn := range p.files {
		if i%parts != part {
			continue
		}
		raw, _ := conn.(*net.TCPConn).SyscallConn()
		_ = raw.Control(func(fd uintptr) {
			p.mu.Lock()
			p.conns[int32(fd)] = &poolClient{}
			p.mu.Unlock()
			_ = syscall.EpollCtl(ep, syscall.EPOLL_CTL_ADD, int(fd), &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)})
		})
	}
}

func (p *subscriberPool) listen(ep int) {
	ready := make([]syscall.EpollEvent, 256)
	buf := make([]byte, 256<<10)
	var latency []int32
	for {
		n, err := syscall.EpollWait(ep, ready, -1)
		if err != nil && err != syscall.EINTR {
			return
		}
		for _, e := range ready[:max(n, 0)] {
			p.mu.Lock()
			c := p.conns[e.Fd]
			p.mu.Unlock()
			k := copy(buf, c.part)
			m, err := syscall.Read(int(e.Fd), buf[k:])
			if m <= 0 || err != nil {
				_ = syscall.EpollCtl(ep, syscall.EPOLL_CTL_DEL, int(e.Fd), nil)
				continue
			}
			rest := p.frames(c, buf[:k+m], &latency)
			c.part = append(c.part[:0], rest...)
		}
		p.mu.Lock()
		p.latency = append(p.latency, latency...)
		p.mu.Unlock()
		latency = latency[:0]
	}
}

// frames handles the whole frames and returns the rest.
func (p *subscriberPool) frames(c *poolClient, b []byte, latency *[]int32) []byte {
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
			p.message(c, b[head:head+n], now, latency)
		}
		b = b[head+n:]
	}
	return b
}

func (p *subscriberPool) message(c *poolClient, m []byte, now int64, latency *[]int32) {
	kind, seq := m[9:13], number(m, `"seq":`) // {"type":"…
	switch {
	case bytes.Equal(kind, []byte("vote")):
		if c.seq != 0 && seq != c.seq+1 {
			p.wrong.Add(1)
		}
		*latency = append(*latency, int32((now-number(m, `"at":`))/1000))
		p.events.Add(1)
	case bytes.Equal(kind, []byte("tall")):
		p.events.Add(1)
	case bytes.Equal(kind, []byte("snap")):
		p.snapshots.Add(1)
	}
	c.seq = seq
}

// number finds a number by its name, faster than encoding/json.
func number(m []byte, name string) (n int64) {
	i := bytes.Index(m, []byte(name))
	for i += len(name); i < len(m) && m[i] >= '0' && m[i] <= '9'; i++ {
		n = n*10 + int64(m[i]-'0')
	}
	return n
}

func (p *subscriberPool) report() report {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := report{Deliveries: p.events.Load(), Wrong: p.wrong.Load(), Snapshots: p.snapshots.Load()}
	if n := len(p.latency); n > 0 {
		slices.Sort(p.latency)
		r.P50, r.P99 = time.Duration(p.latency[n/2])*time.Microsecond, time.Duration(p.latency[n*99/100])*time.Microsecond
	}
	for _, c := range p.conns {
		r.Newest = max(r.Newest, c.seq)
	}
	return r
}

// poolProcess is a pool as the test sees it.
type poolProcess struct {
	t   testing.TB
	cmd *exec.Cmd
	in  io.WriteCloser
	out *json.Decoder
}

// startPool starts a pool and returns when all its clients are connected. They subscribe right
// behind the handshake.
func startPool(t testing.TB, address string, n int, mode string) *poolProcess {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	// The race detector would make each pool sleep for a second before it exits.
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0", fmt.Sprintf("%s=%s %d %s", poolVariable, address, n, mode))
	cmd.Stderr = os.Stderr
	in, _ := cmd.StdinPipe()
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make([]byte, len("ready\n"))
	if _, err := io.ReadFull(out, ready); err != nil {
		t.Fatalf("the pool is not ready: %q %v", ready, err)
	}
	return &poolProcess{t, cmd, in, json.NewDecoder(out)}
}

// stop ends the pool and returns what it counted.
func (p *poolProcess) stop() (r report) {
	p.t.Helper()
	_ = p.in.Close()
	if err := p.out.Decode(&r); err != nil {
		p.t.Error(err)
	}
	_ = p.cmd.Wait()
	return r
}
