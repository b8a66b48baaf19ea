package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/rs/zerolog"

	"partyline/protocol"
)

// partyline runs a command line in this process.
func partyline(ctx context.Context, args ...string) error {
	return run(ctx, args, func(string) string { return "" }, io.Discard, io.Discard)
}

// Votes keep coming while the backup is made. What was acknowledged before it began must be in
// it, nothing may be in it that was never cast, and it must be complete.
func TestBackupUnderLoadHoldsEverythingAcknowledgedBefore(t *testing.T) {
	dir := t.TempDir()
	h := host(t, filepath.Join(dir, "night"))
	id := h.openSession(t)
	const voters, before = 4, 200
	for n := range before {
		if err := h.vote(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	stop := voteUntilStopped(t, h, voters, before)
	file := filepath.Join(dir, "night.backup")
	err := partyline(t.Context(), "backup", "--from", h.base(), "--admin-key", testKey, file)
	all := stop()
	if err != nil {
		t.Fatal(err)
	}
	if all == before {
		t.Error("no vote came while the backup was made")
	}
	t.Logf("%d votes before the backup, %d in all", before, all)

	restored := filepath.Join(dir, "copy")
	for _, args := range [][]string{{"restore", file, "--data", restored}, {"verify", restored}} {
		if err := partyline(t.Context(), args...); err != nil {
			t.Fatalf("%v: %v", args, err)
		}
	}
	var votes protocol.SessionVotes
	host(t, restored).call(t, http.MethodGet, fmt.Sprintf("/api/sessions/%d/votes", id), nil, &votes)
	if len(votes.Votes) != 1 || votes.Votes[0].Upvotes < before || votes.Votes[0].Upvotes > int64(all) {
		t.Errorf("%d before the backup, %d in all, restored: %+v", before, all, votes)
	}
}

// voteUntilStopped casts votes until stop is called, which returns how many votes there are.
func voteUntilStopped(t *testing.T, h *hostedServer, voters, first int) (stop func() int) {
	ctx, cancel := context.WithCancel(t.Context())
	var (
		mu   sync.Mutex
		next = first
		wg   sync.WaitGroup
	)
	take := func() int {
		mu.Lock()
		defer mu.Unlock()
		next++
		return next - 1
	}
	for range voters {
		wg.Go(func() {
			for ctx.Err() == nil {
				if err := h.vote(t.Context(), take()); err != nil {
					t.Errorf("vote: %v", err)
					return
				}
			}
		})
	}
	return func() int {
		cancel()
		wg.Wait()
		return next
	}
}

// failingJournal is a journal whose backup fails in the middle.
type failingJournal struct{}

func (failingJournal) Backup(_ context.Context, w io.Writer) error {
	_, err := w.Write(make([]byte, 100_000))
	return errors.Join(err, errors.New("disk gone"))
}

// Without the trailer, half a response would look like a short backup.
func TestIncompleteBackupLeavesNoFile(t *testing.T) {
	hub := httptest.NewServer(brokenHub())
	defer hub.Close()
	file := filepath.Join(t.TempDir(), "night.backup")
	err := partyline(t.Context(), "backup", "--from", hub.URL, "--admin-key", testKey, file)
	if err == nil {
		t.Error("the backup is taken for whole")
	}
	if entries, _ := os.ReadDir(filepath.Dir(file)); len(entries) != 0 {
		t.Errorf("left behind: %v", entries)
	}
}

func brokenHub() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/auth/login", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"token":"t"}`)
	})
	mux.Handle(backupPath, &backupHandler{journal: failingJournal{}, log: zerolog.Nop()})
	return mux
}

// slowJournal is a journal whose backup waits.
type slowJournal struct{ begun, let chan struct{} }

func (s slowJournal) Backup(context.Context, io.Writer) error {
	close(s.begun)
	<-s.let
	return nil
}

func TestOneBackupAtATime(t *testing.T) {
	s := slowJournal{make(chan struct{}), make(chan struct{})}
	h := &backupHandler{journal: s, log: zerolog.Nop()}
	first := httptest.NewRecorder()
	done := make(chan struct{})
	go func() {
		h.ServeHTTP(first, httptest.NewRequest(http.MethodGet, backupPath, nil))
		close(done)
	}()
	<-s.begun
	second := httptest.NewRecorder()
	h.ServeHTTP(second, httptest.NewRequest(http.MethodGet, backupPath, nil))
	if second.Code != http.StatusServiceUnavailable || second.Header().Get("Retry-After") == "" {
		t.Errorf("the second is answered %d %v", second.Code, second.Header())
	}
	close(s.let)
	<-done
	if first.Code != http.StatusOK || first.Header().Get(backupTrailer) != backupComplete {
		t.Errorf("the first is answered %d %v", first.Code, first.Header())
	}
}

func TestOnlyAdminsGetABackup(t *testing.T) {
	h := host(t, filepath.Join(t.TempDir(), "night"))
	var bot protocol.IssuedToken
	h.call(t, http.MethodPost, "/api/auth/tokens", map[string]any{"role": "bot", "name": "kitchen"}, &bot)
	for token, want := range map[string]int{"": 401, "forged": 403, bot.Secret: 403, h.admin.Token(): 200} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.base()+backupPath, nil)
		if err != nil {
			t.Fatal(err)
		}
		if token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("token %.8q: status %d, want %d", token, res.StatusCode, want)
		}
	}
}
