package wire

import (
	"io"
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// echoEnv makes the test program the echo server of BenchmarkEchoFloor.
const echoEnv = "PARTYLINE_ECHO_FLOOR"

func TestMain(m *testing.M) {
	if os.Getenv(echoEnv) != "" {
		serveEcho()
		return
	}
	os.Exit(m.Run())
}

// serveEcho prints its address and echoes what its connections send, until its input ends.
func serveEcho() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	_, _ = os.Stdout.WriteString(l.Addr().String())
	_ = os.Stdout.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.CopyBuffer(struct{ io.Writer }{c}, struct{ io.Reader }{c}, make([]byte, 1024)) }()
		}
	}()
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// BenchmarkEchoFloor is the CPU time that a Go server needs for a message of a vote's size that
// comes every 200 µs and is sent back, without anything else: what a vote at 5,000 a second
// cannot cost less than.
func BenchmarkEchoFloor(b *testing.B) {
	const conns, size, gap = 8, 230, 200 * time.Microsecond
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), echoEnv+"=1")
	stop, _ := cmd.StdinPipe()
	addr, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	at, _ := io.ReadAll(addr)
	clients := make([]net.Conn, conns)
	for i := range clients {
		c, err := net.Dial("tcp", string(at))
		if err != nil {
			b.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		go func() { _, _ = io.Copy(io.Discard, c) }()
		clients[i] = c
	}
	message := make([]byte, size)
	b.ResetTimer()
	begun := time.Now()
	for i := range b.N {
		if wait := time.Until(begun.Add(time.Duration(i) * gap)); wait > 0 {
			t := syscall.NsecToTimespec(int64(wait)) // the runtime's timers are good to a millisecond
			_ = syscall.Nanosleep(&t, nil)
		}
		if _, err := clients[i%conns].Write(message); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	_ = stop.Close()
	_ = cmd.Wait()
	used := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	b.ReportMetric(float64(used.Microseconds())/float64(b.N), "server-cpu-µs/message")
}
