package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"partyline/actors/codec"
	"partyline/cmd/dev/released"
	"partyline/gateway"
)

// releases are the folders of testdata/released by schema; each released one must be there.
// They are made by go run ./cmd/dev release, with the program of the release.
func releases(t *testing.T) (folders []string) {
	t.Helper()
	for schema := 1; schema <= codec.Released; schema++ {
		found, err := filepath.Glob(filepath.Join("testdata", "released", fmt.Sprintf("%d-*", schema)))
		if err != nil || len(found) == 0 {
			t.Errorf("no folder of a release with schema %d: %v", schema, err)
		}
		folders = append(folders, found...)
	}
	return folders
}

// eachRelease runs f for every release at the time of its recording: tokens expire, logs of
// webhooks are trimmed, and both must be as they were.
func eachRelease(t *testing.T, f func(t *testing.T, folder string, recording *released.Recording)) {
	for _, folder := range releases(t) {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			recording, err := released.Load(folder)
			if err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(recording.At.Add(time.Minute)))
				f(t, folder, recording)
			})
		})
	}
}

// offlineServer is a server that is called without a network, which a synctest bubble does not
// have.
type offlineServer struct {
	*server
	token string
}

// openOffline opens the data folder of a recorded session.
func openOffline(t *testing.T, data string) *offlineServer {
	t.Helper()
	c := demoConfig(data)
	c.AdminKey, c.JWTSecret, c.MaxActiveSessions = released.AdminKey, released.Secret, 0
	s := &server{config: c, log: zerolog.Nop()}
	s.gatewayServer = gateway.NewServer(gateway.ServerOptions{MaxConnections: 1})
	for _, step := range []func(context.Context) error{s.listen, s.serveMetrics, s.openJournal, s.openHub, s.openGateway} {
		if err := step(t.Context()); err != nil {
			t.Fatal(err, s.close(context.Background()))
		}
	}
	l := &offlineServer{server: s}
	var login struct{ Token string }
	l.want(t, http.StatusOK, "POST", "/api/auth/login", "", `{"key":"`+released.AdminKey+`"}`, &login)
	l.token = login.Token
	return l
}

func (l *offlineServer) end(t *testing.T) {
	t.Helper()
	if err := l.close(context.Background()); err != nil {
		t.Error(err)
	}
}

// request is one request with a token.
func (l *offlineServer) request(method, path, token, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:9"
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	l.gateway.Load().ServeHTTP(w, r)
	return w
}

func (l *offlineServer) want(t *testing.T, status int, method, path, token, body string, answer any) {
	t.Helper()
	w := l.request(method, path, token, body)
	if w.Code != status {
		t.Errorf("%s %s: %d, want %d: %s", method, path, w.Code, status, w.Body)
	}
	if answer == nil {
		return
	}
	if err := json.Unmarshal(w.Body.Bytes(), answer); err != nil {
		t.Error(err)
	}
}

// answersAs checks that every read is answered as it was recorded.
func (l *offlineServer) answersAs(t *testing.T, recording *released.Recording) {
	t.Helper()
	for _, a := range recording.Answers {
		w := l.request("GET", a.Path, l.token, "")
		if lacks := a.Missing(w.Code, w.Body.Bytes()); lacks != "" {
			t.Errorf("%s: %s", a.Path, lacks)
		}
	}
}

// The folder is as a kill has left it. It answers the same, also after the next start, its
// tokens are valid, and it goes on.
func TestFolderOfEveryReleaseOpens(t *testing.T) {
	eachRelease(t, func(t *testing.T, folder string, recording *released.Recording) {
		data := filepath.Join(t.TempDir(), "night")
		if err := released.Unpack(filepath.Join(folder, released.FolderFile), data); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			l := openOffline(t, data)
			l.answersAs(t, recording)
			l.end(t)
		}
		l := openOffline(t, data)
		if epoch := l.journal.Epoch(); !epoch.Adopted || epoch.AdoptedAt == 0 {
			t.Errorf("epoch %+v, want an adopted one", epoch)
		}
		at := strconv.Quote(time.Now().UTC().Format(time.RFC3339))
		l.want(t, http.StatusOK, "POST", "/api/votes/live", recording.Bot, `{"username":"ann","vote":"up","timestamp":`+at+`}`, nil)
		l.want(t, http.StatusForbidden, "GET", "/api/sessions/3/join", recording.Overlay, "", nil)
		var entered struct{ Token string }
		l.want(t, http.StatusOK, "POST", "/api/join", "", `{"code":"`+recording.Code+`","name":"Ida"}`, &entered)
		l.want(t, http.StatusOK, "POST", "/api/join/vote", entered.Token, `{"vote":"up"}`, nil)
		l.want(t, http.StatusOK, "POST", "/api/sessions/3/close", l.token, `{}`, nil)
		l.end(t)
		if err := partyline(t.Context(), "verify", data); err != nil {
			t.Error(err)
		}
	})
}

// A restored backup answers the same; its webhooks are disabled, unless they are to be kept.
func TestBackupOfEveryReleaseIsRestored(t *testing.T) {
	eachRelease(t, func(t *testing.T, folder string, recording *released.Recording) {
		dir := t.TempDir()
		file, kept, quiet := filepath.Join(dir, "night.backup"), filepath.Join(dir, "kept"), filepath.Join(dir, "quiet")
		if err := released.Decompress(filepath.Join(folder, released.BackupFile), file); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{
			{"restore", "--keep-webhooks", file, "--data", kept}, {"verify", kept}, {"restore", file, "--data", quiet}, {"verify", quiet},
		} {
			if err := partyline(t.Context(), args...); err != nil {
				t.Fatalf("%v: %v", args, err)
			}
		}
		for range 2 {
			l := openOffline(t, kept)
			if l.journal.Epoch().Adopted {
				t.Error("a restored folder is adopted")
			}
			l.answersAs(t, recording)
			l.end(t)
		}
		l := openOffline(t, quiet)
		var list []struct{ Enabled bool }
		l.want(t, http.StatusOK, "GET", "/api/webhooks", l.token, "", &list)
		for i, w := range list {
			if w.Enabled {
				t.Errorf("webhook %d of a restored hub is enabled", i+1)
			}
		}
		l.end(t)
	})
}
