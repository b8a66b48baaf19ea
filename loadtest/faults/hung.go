package faults

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"partyline/loadtest/crash"
	"partyline/loadtest/target"
	"partyline/protocol"
)

const (
	// tellsWithin is when /ready has to fail: after the five seconds in which a slow disk is only
	// slow.
	tellsWithin = 10 * time.Second
	// inTheWay is how many tables cannot be made; the server tries one each second.
	inTheWay = 400
	// unpackable is twice the bytes of votes that fill what the server keeps in memory until its
	// tables are made, some 32 MiB.
	unpackable = 64 << 20
)

// hung lets the server make no tables, as a disk with an error does, until its memory is full and
// a commit hangs. Then it lets them be made; does it again, and stops the server.
func hung(ctx context.Context, o *faultRun) error {
	data := filepath.Join(o.folder, "data")
	c, err := o.on(ctx, data)
	if err != nil {
		return err
	}
	return o.underLoad(ctx, c, func(ctx context.Context, l *crash.Load) error {
		h := &hang{faultRun: o, load: l, journal: filepath.Join(data, "journal")}
		if err := h.open(ctx); err != nil {
			return err
		}
		if err := h.answersAgain(ctx); err != nil {
			return err
		}
		return h.ends(ctx)
	})
}

// hang is a disk that hangs and answers again.
type hang struct {
	*faultRun
	load    *crash.Load
	journal string
	session protocol.SessionID
}

// open begins a session of its own to fill the server's memory, which the oracle does not check.
func (h *hang) open(ctx context.Context) error {
	c := h.load.Client
	game, err := c.CreateGame(ctx, "Fault test", "A game that fills memory")
	if err != nil {
		return err
	}
	s, err := c.CreateSession(ctx, "")
	if err != nil {
		return err
	}
	h.session = s.ID
	_, err = c.AddGame(ctx, s.ID, game.ID)
	return err
}

func (h *hang) answersAgain(ctx context.Context) error {
	h.load.AwaitVotes(ctx, enoughVotes, votesWithin)
	clear, err := h.begin(ctx)
	if err != nil {
		return err
	}
	h.tells(ctx)
	h.reads(ctx)
	if err := clear(); err != nil {
		return err
	}
	took := h.load.AwaitVotes(ctx, enoughVotes, votesWithin)
	if !h.load.Until(ctx, tellsWithin, func() bool { return h.ready(ctx) == http.StatusOK }) {
		h.load.Findings.Add("/ready does not recover")
	}
	h.see("hung: /ready fails and says why, writes are refused at once, reads go on; %d votes acknowledged %v after the disk answered again",
		enoughVotes, took.Round(time.Millisecond))
	return nil
}

// ends stops the server while a commit hangs.
func (h *hang) ends(ctx context.Context) error {
	clear, err := h.begin(ctx)
	if err != nil {
		return err
	}
	h.tells(ctx)
	return h.stopAndStart(ctx, h.load, "while the disk hangs", clear)
}

// begin puts folders in the way of tables and votes until no vote is taken.
func (h *hang) begin(ctx context.Context) (clear func() error, err error) {
	tables, err := filepath.Glob(filepath.Join(h.journal, "*.sst")) // in order
	first := 0
	if err == nil && len(tables) > 0 {
		_, err = fmt.Sscanf(filepath.Base(tables[len(tables)-1]), "%d.sst", &first)
	}
	if err != nil {
		return nil, err
	}
	var made []string
	for n := first + 1; n <= first+inTheWay; n++ {
		name := filepath.Join(h.journal, fmt.Sprintf("%06d.sst", n))
		if err := os.Mkdir(name, 0o700); err == nil {
			made = append(made, name)
		} else if !errors.Is(err, os.ErrExist) { // one that was being made
			return nil, err
		}
	}
	return func() (err error) {
		for _, name := range made {
			err = errors.Join(err, os.Remove(name))
		}
		return err
	}, h.fill(ctx)
}

// fill votes until a batch is not taken.
func (h *hang) fill(ctx context.Context) error {
	for sent := 0; sent < unpackable; {
		body := h.batch()
		sent += len(body)
		a, err := ask(ctx, h.load.Client, http.MethodPost, "/api/votes/batch", body)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(err, context.DeadlineExceeded) || a.status == http.StatusServiceUnavailable {
			return nil
		}
		if err != nil || a.status != http.StatusOK {
			return fmt.Errorf("a batch of votes is answered %v %s, %w", a, a.body, err)
		}
	}
	h.load.Findings.Add("the disk takes no tables, and everything is taken all the same")
	return nil
}

// batch is as many votes as one request holds, under names that do not compress.
func (h *hang) batch() string {
	name := make([]byte, protocol.MaxUsername/2)
	text, _ := json.Marshal(protocol.CastVotes{SessionID: h.session, Votes: target.Votes(h.session, protocol.MaxBatchVotes, func(int) string {
		_, _ = rand.Read(name)
		return hex.EncodeToString(name)
	})}) // always encodes
	return string(text)
}

func (h *hang) ready(ctx context.Context) int {
	a, err := ask(ctx, h.load.Client, http.MethodGet, "/ready", "")
	if err != nil {
		return 0
	}
	return a.status
}

// tells waits until the server reports that the disk hangs: in /ready, in /metrics, and to
// writers.
func (h *hang) tells(ctx context.Context) {
	if !h.load.Until(ctx, tellsWithin, func() bool { return h.ready(ctx) == http.StatusServiceUnavailable }) {
		h.load.Findings.Add("/ready is answered %d %v after a commit hangs", h.ready(ctx), tellsWithin)
	}
	if a, err := ask(ctx, h.load.Client, http.MethodGet, "/ready", ""); err != nil || !strings.Contains(string(a.body), "does not answer") {
		h.load.Findings.Add("/ready says %s, %v", a.body, err)
	}
	m, err := target.ReadMetrics(ctx, h.load.Client)
	if age := m.Sum("partyline_journal_oldest_append_seconds", ""); err != nil || age < 5 {
		h.load.Findings.Add("the oldest append is said to wait for %g s, %v", age, err)
	}
	asked := time.Now()
	a, err := ask(ctx, h.load.Client, http.MethodPost, "/api/votes/batch", h.batch())
	if err != nil || a.code != protocol.CodeStorage || a.retry == 0 || time.Since(asked) > time.Second {
		h.load.Findings.Add("a write while the disk hangs is answered %v, %v, after %v", a, err, time.Since(asked))
	}
}

// reads checks reads of what no session has to wait for.
func (h *hang) reads(ctx context.Context) {
	for _, path := range []string{"/health", "/api/stats", "/api/games", "/api/sessions"} {
		if a, err := ask(ctx, h.load.Client, http.MethodGet, path, ""); err != nil || a.status != http.StatusOK {
			h.load.Findings.Add("while the disk hangs %s is answered %v, %v", path, a, err)
		}
	}
}
