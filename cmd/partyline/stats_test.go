package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"partyline/actors"
	"partyline/actors/usage"
	"partyline/cmd/dev/released"
	"partyline/cmd/partyline/stats"
	"partyline/persistence/badger"
	"partyline/protocol"
)

// statsOf is what partyline stats prints of a folder.
func statsOf(t *testing.T, args ...string) (*stats.Report, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), append([]string{"stats", "--json"}, args...), os.Getenv, &out, t.Output())
	r := &stats.Report{Report: &usage.Report{}}
	if err == nil {
		err = json.Unmarshal(out.Bytes(), r)
	}
	return r, err
}

// fillFolder has a session for each number, with so many votes, and all but the last closed.
func fillFolder(t testing.TB, data string, votes ...int) {
	t.Helper()
	j, err := badger.Open(journalOptions(data))
	if err != nil {
		t.Fatal(err)
	}
	h, err := actors.New(t.Context(), actors.Options{Journal: j})
	if err != nil {
		t.Fatal(err)
	}
	do := func(c protocol.Command) {
		if _, err := h.Do(t.Context(), actors.Call{Command: c}); err != nil {
			t.Fatal(err)
		}
	}
	for i, n := range votes {
		id := protocol.SessionID(i + 1)
		do(protocol.CreateSession{})
		do(protocol.AddGame{ID: id, GameID: 1})
		for cast := 0; cast < n; {
			batch := &protocol.CastVotes{}
			for ; cast < n && len(batch.Votes) < protocol.MaxBatchVotes; cast++ {
				now := protocol.VoteTimestamp(protocol.TimestampOf(time.Now()))
				batch.Votes = append(batch.Votes, protocol.CastVote{SessionID: id, Username: fmt.Sprint("voter", cast), Vote: protocol.VoteUp, Timestamp: &now})
			}
			do(batch)
		}
		if i < len(votes)-1 {
			do(protocol.CloseSession{ID: id})
		}
	}
	if err := errors.Join(h.Close(t.Context()), j.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestStatsTellWhatTakesHowMuch(t *testing.T) {
	data := t.TempDir()
	fillFolder(t, data, 100, 2500, 30)
	before := filesOf(t, data)
	r, err := statsOf(t, data)
	if err != nil {
		t.Fatal(err)
	}
	if after := filesOf(t, data); after != before {
		t.Errorf("the folder has changed: %s, before: %s", after, before)
	}
	if r.Votes != 2630 || r.Sessions != 3 || r.Unreadable != 0 || r.BytesPerVote < 5 || r.BytesPerVote > 200 {
		t.Errorf("%+v", r.Report)
	}
	kinds := map[string]usage.Kind{}
	for _, k := range r.Kinds {
		kinds[k.Name] = k
	}
	for _, name := range []string{usage.Votes, usage.SessionEvents, usage.Games, "index of the commits", "snapshots of sessions", "other snapshots"} {
		if k := kinds[name]; k.Entries == 0 || k.Bytes == 0 {
			t.Errorf("%s: %+v", name, k)
		}
	}
	if n := kinds[usage.Votes].Entries; n != 2630 {
		t.Errorf("%d records of votes", n)
	}
	if l := r.Largest; len(l) != 3 || l[0].ID != 2 || l[0].Votes != 2500 || l[0].ClosedAt == nil || l[2].ID != 3 && l[2].ClosedAt != nil {
		t.Errorf("largest: %+v", l)
	}
	if g := r.Growth[1]; g.Days != 30 || g.Votes != 2630 || g.Bytes < kinds[usage.Votes].Bytes {
		t.Errorf("growth: %+v", r.Growth)
	}
	for _, f := range r.KeepVotes {
		if f.Sessions != 0 {
			t.Errorf("a young session would be folded: %+v", f)
		}
	}
}

// TestStatsReadEveryRelease: folders of all released versions can be measured.
func TestStatsReadEveryRelease(t *testing.T) {
	for _, folder := range releases(t) {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			data := t.TempDir()
			if err := released.Unpack(filepath.Join(folder, "folder.tar.gz"), data); err != nil {
				t.Fatal(err)
			}
			r, err := statsOf(t, data)
			if err != nil || r.Votes == 0 || r.Unreadable != 0 {
				t.Errorf("%+v, %v", r.Report, err)
			}
		})
	}
}

func TestStatsOfAFolderInUse(t *testing.T) {
	data := t.TempDir()
	j, err := badger.Open(journalOptions(data))
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if _, err = statsOf(t, data); err == nil || !strings.Contains(err.Error(), "another Partyline is using") {
		t.Error(err)
	}
}

func TestStatsOfNoFolder(t *testing.T) {
	if _, err := statsOf(t, filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// filesOf are the names, sizes and times of all files.
func filesOf(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			fmt.Fprintln(&all, path, info.Size(), info.ModTime())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}
