//go:build peers

package conformance_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"partyline/loadtest/target"
)

// TestNginxOfTheDocumentation runs Debian's nginx with the configuration that
// docs/operations.md shows, in front of the real program.
func TestNginxOfTheDocumentation(t *testing.T) {
	hub, token := serverWith(t, "--trusted-proxy", "127.0.0.1")
	addr, browser := nginx(t, hub)
	get := func(path string, headers ...string) (int, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+addr+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i+1 < len(headers); i += 2 {
			req.Header.Set(headers[i], headers[i+1])
		}
		res, err := browser.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(body)
	}
	status, body := get("/vote/222222/link", "X-Forwarded-Proto", "http", "X-Forwarded-Host", "evil.example")
	var link struct{ URL string }
	if err := json.Unmarshal([]byte(body), &link); err != nil || link.URL != "https://"+addr+"/vote/222222" {
		t.Errorf("the link for phones: %d %s", status, body)
	}
	if status, body := get("/api/games", "Origin", "https://"+addr); status != http.StatusOK {
		t.Errorf("a page of that host is told %d %s", status, body)
	}
	if status, _ := get("/metrics"); status != http.StatusForbidden {
		t.Errorf("/metrics is %d", status)
	}
	screen, _, err := websocket.Dial(t.Context(), "https://"+addr+"/api/sessions/live", &websocket.DialOptions{HTTPClient: browser})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = screen.CloseNow() }()
	if err := screen.Write(t.Context(), websocket.MessageText, []byte(`{"type":"auth","token":"`+token+`"}`)); err != nil {
		t.Fatal(err)
	}
	if _, text, err := screen.Read(t.Context()); err != nil || !strings.Contains(string(text), "auth_success") {
		t.Errorf("a screen is told %s, %v", text, err)
	}
}

// nginx runs until the test ends. It returns where, and who trusts its certificate.
func nginx(t *testing.T, hub string) (addr string, browser *http.Client) {
	t.Helper()
	folder := t.TempDir()
	addr, err := target.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(folder, "nginx.conf")
	cert, key, trust := certificate(t, folder)
	if err := os.WriteFile(config, []byte(nginxConfig(t, folder, addr, hub, cert, key)), 0o600); err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(filepath.Join(folder, "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/usr/sbin/nginx", "-p", folder, "-c", config, "-e", "stderr")
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		_ = log.Close()
		if said, _ := os.ReadFile(log.Name()); t.Failed() {
			t.Logf("nginx:\n%s", said)
		}
	})
	awaitListener(t, addr)
	return addr, &http.Client{Timeout: within, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trust}}}
}

// nginxConfig is the server of the documentation with this machine's ports and files, and
// around it what Debian's nginx.conf has.
func nginxConfig(t *testing.T, folder, addr, hub, cert, key string) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```nginx\n(.*?)```").FindSubmatch(text)
	if block == nil {
		t.Fatal("docs/operations.md shows no nginx")
	}
	server := string(block[1])
	for shown, here := range map[string]string{"listen 443 ssl": "listen " + addr + " ssl", "http://127.0.0.1:5000": "http://" + hub,
		"/etc/ssl/hub.example.pem": cert, "/etc/ssl/hub.example.key": key} {
		if !strings.Contains(server, shown) {
			t.Fatalf("the documented nginx does not say %s", shown)
		}
		server = strings.ReplaceAll(server, shown, here)
	}
	temporary := ""
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		temporary += kind + "_temp_path " + filepath.Join(folder, kind) + ";\n"
	}
	return "daemon off;\nmaster_process off;\npid " + filepath.Join(folder, "pid") + ";\nevents {}\nhttp {\naccess_log off;\n" + temporary + server + "}\n"
}

func awaitListener(t *testing.T, addr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			_ = c.Close()
			return
		}
		select {
		case <-ctx.Done():
			t.Fatal("nginx does not listen: ", err)
		case <-look.C:
		}
	}
}
