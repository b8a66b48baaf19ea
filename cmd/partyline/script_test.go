package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/rogpeppe/go-internal/testscript"
)

const (
	// startLimit is how long a server may take to print where it serves.
	startLimit = 20 * time.Second
	// lookInterval is how often a file is looked at.
	lookInterval = 10 * time.Millisecond
	// scriptsLimit ends a script in which a command hangs; all of them take seconds.
	scriptsLimit = 3 * time.Minute
)

// TestMain makes the test binary the program, too: scripts run it as partyline.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"partyline": func() { os.Exit(program()) }})
}

// TestScripts runs the command line as users do: testdata/script has a script for each task.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Deadline:            time.Now().Add(scriptsLimit),
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"start": startServer, "halt": stopServer, "interrupt": signalServer, "await": await,
			"sendpartial": sendPartialRequest, "mode": checkMode, "damage": flipBits, "lines": extractCommands, "keypair": keypair,
		},
		Setup: func(e *testscript.Env) error {
			running := &background{servers: map[string]*process{}}
			e.Values[backgroundKey{}] = running
			e.Defer(running.killAll)
			return nil
		},
	})
}

// backgroundKey is where a script keeps its servers.
type backgroundKey struct{}

// background are the servers of one script.
type background struct {
	servers map[string]*process
}

type process struct {
	cmd  *exec.Cmd
	done chan error
}

func (b *background) killAll() {
	for _, p := range b.servers {
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

var (
	servesOn = regexp.MustCompile(`serves on (https?://\S+)`)
	lastLine = regexp.MustCompile(`/api/(pick|stats)`)
)

// start NAME ARGS... runs partyline in the background until it serves. $NAME is
// then its address; what it prints is in NAME.out and NAME.err.
func startServer(ts *testscript.TestScript, neg bool, args []string) {
	name := args[0]
	path, err := lookUpIn(ts.Getenv("PATH"), "partyline")
	ts.Check(err)
	cmd := exec.Command(path, args[1:]...)
	cmd.Dir = ts.Getenv("WORK")
	cmd.Env = []string{"PATH=" + ts.Getenv("PATH"), "PARTYLINE_ADMIN_KEY=" + ts.Getenv("PARTYLINE_ADMIN_KEY"), "TMPDIR=" + ts.Getenv("TMPDIR")}
	stdout, err := os.Create(ts.MkAbs(name + ".out"))
	ts.Check(err)
	stderr, err := os.Create(ts.MkAbs(name + ".err"))
	ts.Check(err)
	cmd.Stderr = stderr
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	p := &process{cmd: cmd, done: make(chan error, 1)}
	ts.Value(backgroundKey{}).(*background).servers[name] = p
	base := make(chan string, 1)
	go func() {
		err := copyOutput(out, stdout, base)
		p.done <- errors.Join(err, cmd.Wait(), stderr.Close())
	}()
	select {
	case url, ok := <-base:
		if !ok {
			log, _ := os.ReadFile(ts.MkAbs(name + ".err"))
			ts.Fatalf("%s ended before it served:\n%s", name, log)
		}
		ts.Setenv(name, url)
	case <-time.After(startLimit):
		ts.Fatalf("%s does not serve after %s", name, startLimit)
	}
}

// copyOutput copies what a server prints to its file, to the end. After the last command to
// try it sends the address.
func copyOutput(r io.Reader, file io.WriteCloser, base chan<- string) error {
	defer close(base)
	url := ""
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if _, err := fmt.Fprintln(file, lines.Text()); err != nil {
			return err
		}
		if m := servesOn.FindStringSubmatch(lines.Text()); m != nil {
			url = m[1]
		}
		if url != "" && lastLine.MatchString(lines.Text()) {
			base <- url
			url = ""
		}
	}
	return errors.Join(lines.Err(), file.Close())
}

// halt NAME [SIGNAL] ends a server, with SIGTERM when no other signal is named. Its
// exit code must be 0, with ! anything else.
func stopServer(ts *testscript.TestScript, neg bool, args []string) {
	signalServer(ts, false, args)
	servers := ts.Value(backgroundKey{}).(*background).servers
	p := servers[args[0]]
	delete(servers, args[0])
	if err := <-p.done; (err != nil) != neg {
		ts.Fatalf("%s ended with %v", args[0], err)
	}
}

// interrupt NAME [SIGNAL] sends a signal and does not wait.
func signalServer(ts *testscript.TestScript, _ bool, args []string) {
	p := ts.Value(backgroundKey{}).(*background).servers[args[0]]
	signal := map[string]os.Signal{"TERM": syscall.SIGTERM, "INT": os.Interrupt, "KILL": os.Kill}[append(args, "TERM")[1]]
	ts.Check(p.cmd.Process.Signal(signal))
}

// await FILE TEXT waits until the file holds the text.
func await(ts *testscript.TestScript, _ bool, args []string) {
	look := time.NewTicker(lookInterval)
	defer look.Stop()
	for end := time.Now().Add(startLimit); time.Now().Before(end); <-look.C {
		if strings.Contains(ts.ReadFile(args[0]), args[1]) {
			return
		}
	}
	ts.Fatalf("%s does not hold %q", args[0], args[1])
}

// sendpartial URL sends the beginning of a request and no more until the end of the script. It
// returns when the server has begun to read the body.
func sendPartialRequest(ts *testscript.TestScript, _ bool, args []string) {
	c, err := net.Dial("tcp", strings.TrimPrefix(args[0], "http://"))
	ts.Check(err)
	ts.Defer(func() { _ = c.Close() })
	_, err = io.WriteString(c, "POST /api/pick HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"+
		"Expect: 100-continue\r\nContent-Length: 100\r\n\r\n")
	ts.Check(err)
	ts.Check(c.SetReadDeadline(time.Now().Add(startLimit)))
	answer, err := bufio.NewReader(c).ReadString('\n')
	ts.Check(err)
	if !strings.Contains(answer, "100 Continue") {
		ts.Fatalf("the server does not read: %s", answer)
	}
}

// mode FILE OCTAL compares permissions.
func checkMode(ts *testscript.TestScript, neg bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := strconv.FormatUint(uint64(info.Mode().Perm()), 8); (got == args[1]) == neg {
		ts.Fatalf("%s has mode %s", args[0], got)
	}
}

// damage GLOB flips a bit in the middle of each file that matches.
func flipBits(ts *testscript.TestScript, neg bool, args []string) {
	files, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(files) == 0 {
		ts.Fatalf("nothing fits %s", args[0])
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		ts.Check(err)
		b[len(b)/2] ^= 0x40
		ts.Check(os.WriteFile(name, b, 0o600))
	}
}

// keypair NAME makes a private key of age in the file NAME; $NAME is its public key.
func keypair(ts *testscript.TestScript, _ bool, args []string) {
	key, err := age.GenerateX25519Identity()
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte("# a comment, as age-keygen writes one\n"+key.String()+"\n"), 0o600))
	ts.Setenv(args[0], key.Recipient().String())
}

var tryLine = regexp.MustCompile(`(?m)^  (TOKEN=.*|curl .*)$`)

// lines FILE SCRIPT extracts the commands to try from what a server printed.
func extractCommands(ts *testscript.TestScript, neg bool, args []string) {
	found := tryLine.FindAllString(ts.ReadFile(args[0]), -1)
	if len(found) != 3 {
		ts.Fatalf("%s holds %d lines to try", args[0], len(found))
	}
	var script bytes.Buffer
	for _, line := range found {
		script.WriteString(line + "\necho\n")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), script.Bytes(), 0o600))
}

func lookUpIn(path, name string) (string, error) {
	for _, dir := range filepath.SplitList(path) {
		file := filepath.Join(dir, name)
		if _, err := os.Stat(file); err == nil {
			return file, nil
		}
	}
	return "", exec.ErrNotFound
}
