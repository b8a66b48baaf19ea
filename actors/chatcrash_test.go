package actors_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"partyline/actors"
	"partyline/persistence/badger"
	"partyline/protocol"
)

// crashDir tells the test binary to be the process that is killed, and where.
const crashDir = "PARTYLINE_TEST_CRASH_DIR"

// crashLines is how many votes each log has: enough for a record of several parts.
const crashLines = 48_000

// importForever imports log after log into session 1 and tells of each that is
// acknowledged, until it is killed. Each log has names of its own.
func importForever(dir string) {
	j, err := badger.Open(badger.Options{Dir: dir})
	if err != nil {
		panic(err)
	}
	h, err := actors.New(context.Background(), actors.Options{Journal: j})
	if err != nil {
		panic(err)
	}
	v, err := h.SessionVotes(context.Background(), 1)
	games, failed := h.SessionGames(context.Background(), protocol.SessionPart{ID: 1})
	if err != nil || failed != nil {
		panic(errors.Join(err, failed))
	}
	n := int64(0)
	if len(v.Votes) > 0 {
		n = v.Votes[0].TotalVotes / crashLines
	}
	for ; ; n++ {
		log := crowdLog(panicking{}, 1, games.Rows[0].PlayedAt, crashLines, fmt.Sprint(n, "/"))
		fmt.Println("begin")
		if _, err := h.Do(context.Background(), actors.Call{Command: log}); err != nil {
			panic(err)
		}
		fmt.Println("done")
	}
}

// panicking fails where there is no test.
type panicking struct{ testing.TB }

func (panicking) Helper()           {}
func (panicking) Fatal(args ...any) { panic(fmt.Sprint(args...)) }

// TestKillDuringChatLogImport: after any kill each log is there whole or not at all,
// and those that were acknowledged are there.
func TestKillDuringChatLogImport(t *testing.T) {
	dir := t.TempDir()
	prepareCrash(t, dir)
	acknowledged := int64(0)
	for round := range 3 {
		acknowledged += killImporter(t, dir, 1+round%2)
		j, err := badger.Open(badger.Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := j.Verify(t.Context(), func(f badger.Fault) { t.Errorf("%+v", f) }); err != nil {
			t.Fatal(err)
		}
		e := &fixture{t: t, session: 1}
		e.hub = e.startWith(actors.Options{Journal: j})
		up, down := e.counts()
		g, err := e.hub.Game(t.Context(), 1)
		if err != nil || g.Upvotes != up || g.Downvotes != down {
			t.Errorf("the session counts %d and %d, all sessions %+v, %v", up, down, g.Upvotes, err)
		}
		if n := up + down; n%crashLines != 0 || n < acknowledged*crashLines || n > (acknowledged+1)*crashLines {
			t.Fatalf("%d votes of logs of %d, %d logs were acknowledged", n, crashLines, acknowledged)
		}
		acknowledged = (up + down) / crashLines
		e.stop()
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// prepareCrash opens session 1 with a game.
func prepareCrash(t *testing.T, dir string) {
	t.Helper()
	j, err := badger.Open(badger.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	e := &fixture{t: t}
	e.hub = e.startWith(actors.Options{Journal: j})
	do[protocol.Session](t, e.hub, protocol.CreateSession{})
	do[protocol.SessionGame](t, e.hub, protocol.AddGame{ID: 1, GameID: 1})
	e.stop()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

// killImporter kills a victim at a random moment of an import, after so many others, and
// returns how many it acknowledged.
func killImporter(t *testing.T, dir string, after int) (acknowledged int64) {
	t.Helper()
	victim := exec.CommandContext(t.Context(), os.Args[0])
	victim.Env = append(os.Environ(), crashDir+"="+dir)
	out, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for begun := 0; lines.Scan(); {
		if lines.Text() == "done" {
			acknowledged++
			continue
		}
		if begun++; begun > after {
			moment := time.AfterFunc(time.Duration(rand.IntN(120))*time.Millisecond, func() { _ = victim.Process.Kill() })
			defer moment.Stop()
			after = 1 << 30
		}
	}
	if err := victim.Wait(); err == nil || victim.ProcessState.Success() {
		t.Fatal("the victim was not killed")
	}
	return acknowledged
}
