package outbound_test

import (
	"bufio"
	"bytes"
	"context"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"partyline/gateway/outbound"
)

// nodeTimeout bounds installing four small packages from the npm registry.
const nodeTimeout = 2 * time.Minute

// nodeFolder is a copy of testdata/node with its packages installed. Without node, npm or the
// registry the test fails, since nothing was checked.
func nodeFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/node")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), nodeTimeout)
	defer cancel()
	npm := exec.CommandContext(ctx, "npm", "ci")
	npm.Dir = dir
	if out, err := npm.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, out)
	}
	return dir
}

// startNode runs the receiver with a secret and returns its URL.
func startNode(t *testing.T, dir, secret string) string {
	t.Helper()
	node := exec.Command("node", "receiver.mjs", secret)
	node.Dir = dir
	var stderr bytes.Buffer
	node.Stderr = &stderr
	stdin, err := node.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := node.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	port, readErr := bufio.NewReader(stdout).ReadString('\n')
	t.Cleanup(func() {
		_ = stdin.Close()
		if err := node.Wait(); err != nil {
			t.Errorf("node: %v\n%s", err, stderr.String())
		}
	})
	if readErr != nil {
		t.Fatalf("node says no port: %v", readErr)
	}
	return "http://127.0.0.1:" + strings.TrimSpace(port)
}

func TestNodeReceiversVerifyDeliveries(t *testing.T) {
	t.Parallel()
	dir := nodeFolder(t)
	const words = "a secret somebody typed"
	prefixed, typed := startNode(t, dir, secret), startNode(t, dir, words)
	past := time.Now().Add(-6 * time.Minute)
	stale := func(o *outbound.Options) { o.Now = func() time.Time { return past } }
	const good = `{"standard":"ok","legacy":"ok","github":"ok"}`
	for _, c := range []struct {
		name, url string
		secrets   []string
		change    func(*outbound.Options)
		status    int
		says      string
	}{
		{"prefixed", prefixed, []string{secret}, within(longTimeout), 200, good},
		{"typed", typed, []string{words}, within(longTimeout), 200, good},
		{"rotation", prefixed, []string{secret, words}, within(longTimeout), 200, good},
		{"rotation, old receiver", prefixed, []string{words, secret}, within(longTimeout), 400, `{"standard":"ok","legacy":"no match","github":"no match"}`},
		{"wrong secret", prefixed, []string{words}, within(longTimeout), 400, `{"standard":"No matching signature found","legacy":"no match","github":"no match"}`},
		{"stale", prefixed, []string{secret}, stale, 400, `{"standard":"Message timestamp too old","legacy":"ok","github":"ok"}`},
	} {
		d := dispatch(c.url)
		d.Secrets, d.Body = c.secrets, []byte(`{"event":"game.added","data":{"title":"Fibbage – ünï 🎉"}}`)
		a := deliver(t, newSender(t, c.change), d)
		if a.Status != c.status || a.Excerpt != c.says {
			t.Errorf("%s: %d %s (%s)", c.name, a.Status, a.Excerpt, a.Error)
		}
	}
	nodeRefusesAChangedBody(t, prefixed)
}

func nodeRefusesAChangedBody(t *testing.T, url string) {
	t.Helper()
	r := sent(t, dispatch(""))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(string(r.body)+" "))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = r.header.Clone()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	res, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var says bytes.Buffer
	if _, err := says.ReadFrom(res.Body); err != nil {
		t.Fatal(err)
	}
	if want := `{"standard":"No matching signature found","legacy":"no match","github":"no match"}`; says.String() != want {
		t.Errorf("changed body: %s", says.String())
	}
}
