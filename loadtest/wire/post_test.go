package wire_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"partyline/loadtest/wire"
)

func TestPostsShareOneConnection(t *testing.T) {
	var addresses = map[string]bool{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		addresses[r.RemoteAddr] = true
		b, _ := io.ReadAll(r.Body)
		answer := fmt.Sprintf("%s %s %s %s", r.Method, r.URL.Path, r.Header.Get("Authorization"), b)
		w.Header().Set("Content-Length", fmt.Sprint(len(answer)))
		w.WriteHeader(209)
		_, _ = io.WriteString(w, answer)
	}))
	defer s.Close()
	p, err := wire.NewPoster(t.Context(), strings.TrimPrefix(s.URL, "http://"), "/votes", "tok", 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	for _, body := range []string{"{}", strings.Repeat("y", 100_000), "{}"} {
		status, answer, err := p.Post([]byte(body))
		if want := "POST /votes Bearer tok " + body; err != nil || status != 209 || string(answer) != want {
			t.Fatalf("status %d, %d bytes, %v", status, len(answer), err)
		}
	}
	if len(addresses) != 1 {
		t.Errorf("%d connections", len(addresses))
	}
}

func TestPostGivesUpInTime(t *testing.T) {
	release := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer s.Close()
	defer close(release)
	p, err := wire.NewPoster(t.Context(), strings.TrimPrefix(s.URL, "http://"), "/", "", 50*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.Post([]byte("{}")); err == nil {
		t.Error("an answer from a server that never answers")
	}
}
