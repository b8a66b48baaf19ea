package client_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"partyline/protocol"
	"partyline/protocol/client"
)

// newServer serves the login, and answers everything else with status and body.
func newServer(t *testing.T, status int, body string) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/auth/login", func(w http.ResponseWriter, r *http.Request) {
		if text, _ := io.ReadAll(r.Body); string(text) != `{"key":"the key"}` {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"error":"Invalid admin key","code":"bad_key"}`)
			return
		}
		_, _ = io.WriteString(w, `{"token":"the token"}`)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer the token" {
			t.Errorf("authorized with %q", r.Header.Get("Authorization"))
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func TestCallDecodesTheAnswer(t *testing.T) {
	c, err := client.Login(t.Context(), newServer(t, 200, `{"id":3}`).URL+"/", "the key")
	if err != nil {
		t.Fatal(err)
	}
	var s protocol.Session
	if err := c.Call(t.Context(), http.MethodGet, "/api/sessions/3", nil, &s); err != nil || s.ID != 3 {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestRefusedChecksTheCode(t *testing.T) {
	_, err := client.Login(t.Context(), newServer(t, 200, "").URL, "another key")
	if !client.Refused(err, protocol.CodeBadKey) || client.Refused(err, protocol.CodeBadToken) {
		t.Errorf("error is %v", err)
	}
}

// TestErrorOfAProxyHasItsStatus: a proxy in front of a server that is down answers with a page.
func TestErrorOfAProxyHasItsStatus(t *testing.T) {
	c, err := client.Login(t.Context(), newServer(t, 502, "<html>Bad Gateway</html>").URL, "the key")
	if err != nil {
		t.Fatal(err)
	}
	err = c.Call(t.Context(), http.MethodGet, "/api/sessions", nil, new([]protocol.Session))
	if err == nil || !strings.Contains(err.Error(), "502 Bad Gateway") || client.Refused(err, "") {
		t.Errorf("error is %v", err)
	}
}
