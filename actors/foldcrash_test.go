package actors_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"partyline/actors"
	"partyline/persistence/badger"
	"partyline/protocol"
)

// foldDir tells the test binary to be the process that folds votes until it is killed, and
// where.
const foldDir = "PARTYLINE_TEST_FOLD_DIR"

const (
	foldNights = 40
	foldVotes  = 150
)

// foldOptions fold all that is old without a pause.
func foldOptions(dir string, j *badger.Journal) actors.Options {
	return actors.Options{Journal: j, KeepVotes: year, KeepExports: dir + "-exports", FoldPace: -1}
}

// foldForever folds votes until it is killed.
func foldForever(dir string) {
	j, err := badger.Open(badger.Options{Dir: dir})
	if err != nil {
		panic(err)
	}
	if _, err := actors.New(context.Background(), foldOptions(dir, j)); err != nil {
		panic(err)
	}
	fmt.Println("begin")
	select {}
}

// TestKillDuringFolding: after any kill the votes of each session are all there, or they are
// folded, the totals are right and the session's export is complete.
func TestKillDuringFolding(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "journal")
	synctest.Test(t, func(t *testing.T) { oldNights(t, dir) }) // in the year 2000
	withHub(t, dir, actors.Options{}, func(h *actors.Hub, _ *badger.Journal) {
		do[protocol.Session](t, h, protocol.CreateSession{}) // today
	})
	folded, halfway := 0, 0
	for range 4 {
		killFolder(t, dir)
		withHub(t, dir, actors.Options{}, func(h *actors.Hub, j *badger.Journal) {
			if _, err := j.Verify(t.Context(), func(f badger.Fault) { t.Errorf("%+v", f) }); err != nil {
				t.Fatal(err)
			}
			before := folded
			if folded = countFolded(t, h, dir); folded < before {
				t.Fatalf("%d sessions are folded, and %d were", folded, before)
			}
		})
		if folded > 0 && folded < foldNights {
			halfway++
		}
	}
	t.Logf("%d of %d sessions were folded when the last process was killed; %d of 4 kills came in between", folded, foldNights, halfway)
	withHub(t, dir, foldOptions(dir, nil), func(h *actors.Hub, j *badger.Journal) {
		patience := time.After(time.Minute)
		for again := time.NewTicker(50 * time.Millisecond); countFolded(t, h, dir) < foldNights || !trimmed(t, j); {
			select {
			case <-again.C:
			case <-patience:
				t.Fatal("not all are folded")
			}
		}
	})
}

// withHub runs a hub on the folder; the journal of o is opened here.
func withHub(t *testing.T, dir string, o actors.Options, f func(*actors.Hub, *badger.Journal)) {
	t.Helper()
	j, err := badger.Open(badger.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	o.Journal = j
	e := &fixture{t: t}
	e.hub = e.startWith(o)
	f(e.hub, j)
	e.stop()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

// oldNights makes the sessions.
func oldNights(t *testing.T, dir string) {
	withHub(t, dir, actors.Options{MaxActiveSessions: 1}, func(h *actors.Hub, _ *badger.Journal) {
		for n := range foldNights {
			id := do[protocol.Session](t, h, protocol.CreateSession{}).ID
			do[protocol.SessionGame](t, h, protocol.AddGame{ID: id, GameID: protocol.GameID(1 + n%3)})
			batch := &protocol.CastVotes{}
			at := protocol.TimestampOf(time.Now())
			for i := range foldVotes {
				batch.Votes = append(batch.Votes, protocol.CastVote{SessionID: id, Username: fmt.Sprint("voter", i), Vote: protocol.VoteUp, Timestamp: at.VoteTimestamp()})
			}
			do[*protocol.BatchResult](t, h, batch)
			do[protocol.Session](t, h, protocol.CloseSession{ID: id})
		}
	})
}

// killFolder kills a process while it folds.
func killFolder(t *testing.T, dir string) {
	t.Helper()
	victim := exec.CommandContext(t.Context(), os.Args[0])
	victim.Env = append(os.Environ(), foldDir+"="+dir)
	out, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	if lines := bufio.NewScanner(out); !lines.Scan() {
		t.Error("it has not begun:", lines.Err())
	}
	// The first tick comes a second after the start.
	moment := time.AfterFunc(time.Second+rand.N(300*time.Millisecond), func() { _ = victim.Process.Kill() })
	defer moment.Stop()
	if err := victim.Wait(); err == nil {
		t.Fatal("the victim was not killed")
	}
}

// countFolded counts the sessions that are folded, and looks at all of them.
func countFolded(t *testing.T, h *actors.Hub, dir string) (folded int) {
	t.Helper()
	for id := protocol.SessionID(1); id <= foldNights; id++ {
		x, votes := exported(t, h, id)
		page, err := h.Votes(t.Context(), protocol.VoteFilter{SessionID: id})
		if err != nil {
			t.Fatal(err)
		}
		if len(x.Totals) != 1 || x.Totals[0].Upvotes != foldVotes {
			t.Fatalf("session %d: %+v", id, x.Totals)
		}
		switch total := page.Pagination.Total; {
		case x.Session.VotesFoldedAt == nil && (len(votes) != foldVotes || total != foldVotes):
			t.Fatalf("session %d is not folded and has %d votes, %d in the history", id, len(votes), total)
		case x.Session.VotesFoldedAt == nil:
		case x.FoldedVotes != foldVotes || len(votes) != 0 || total != 0:
			t.Fatalf("session %d is folded and has %d of %d votes, %d in the history", id, len(votes), x.FoldedVotes, total)
		default:
			folded++
			wantExport(t, dir, x)
		}
	}
	stats, err := h.Stats(t.Context())
	if err != nil || stats.TotalVotes.Count != foldNights*foldVotes {
		t.Fatalf("%+v, %v", stats.TotalVotes, err)
	}
	return folded
}

func wantExport(t *testing.T, dir string, x *protocol.SessionExport) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir+"-exports", fmt.Sprintf("partyline-session-%d-%s.json", x.Session.ID, x.Epoch)))
	if err != nil {
		t.Fatal(err)
	}
	var kept protocol.SessionExport
	if err := json.Unmarshal(b, &kept); err != nil || len(kept.Votes) != foldVotes {
		t.Fatalf("session %d: %d votes in its export, %v", x.Session.ID, len(kept.Votes), err)
	}
}

// trimmed says whether one record of each session is left.
func trimmed(t *testing.T, j *badger.Journal) bool {
	t.Helper()
	records := 0
	for id := protocol.SessionID(1); id <= foldNights; id++ {
		for _, err := range j.Read(t.Context(), "session/"+id.String(), 0) {
			if records++; err != nil {
				t.Fatal(err)
			}
		}
	}
	return records == foldNights
}
