package session_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/actors/session"
	"partyline/protocol"
)

// rich is an evening with something of everything.
func rich(t testing.TB) *evening {
	e := newEvening()
	coded := add(2)
	coded.RoomCode = ptr("abcd")
	e.must(t, protocol.CreateSession{ID: 3, Notes: ptr("Füßball")}, add(1), coded, add(1), count(3, 5), remove(2), status(1, protocol.StatusSkipped))
	for i := range protocol.Timestamp(20) {
		e.must(t, vote([]string{"ann", "Böb", "漢"}[i%3], protocol.VoteUp, noon+i*1700))
	}
	return e
}

func TestSnapshotGivesTheStateBack(t *testing.T) {
	e := rich(t)
	data := e.AppendSnapshot(nil)
	h := session.New(3)
	if err := h.Restore(data); err != nil {
		t.Fatal(err)
	}
	sameState(t, e.Heart, h)
	if got := e.AppendSnapshot([]byte("before")); string(got) != "before"+string(data) {
		t.Error("AppendSnapshot does not append")
	}
}

func TestRestoreKeepsNothingOfItsInput(t *testing.T) {
	e := rich(t)
	data := e.AppendSnapshot(nil)
	h := session.New(3)
	if err := h.Restore(data); err != nil {
		t.Fatal(err)
	}
	clear(data)
	sameState(t, e.Heart, h)
}

func TestRestoreReplacesWhatWas(t *testing.T) {
	empty := session.New(3).AppendSnapshot(nil)
	h := rich(t).Heart
	if err := h.Restore(empty); err != nil {
		t.Fatal(err)
	}
	sameState(t, session.New(3), h)
	if h.Exists() {
		t.Error("exists")
	}
}

func TestRestoreRefusesAndLeavesTheStateAlone(t *testing.T) {
	good := string(rich(t).AppendSnapshot(nil))
	swap := func(from, to string) string {
		if len(from) != len(to) || !strings.Contains(good, from) {
			t.Fatalf("cannot swap %q for %q in %q", from, to, good)
		}
		return strings.ReplaceAll(good, from, to)
	}
	for name, data := range map[string]string{
		"nothing":              "",
		"no JSON":              "\x02{]\x00",
		"cut JSON":             good[:20],
		"cut votes":            good[:len(good)-1],
		"something after":      good + "\x00",
		"another session":      swap(`"id":3,"phase"`, `"id":4,"phase"`),
		"an unknown phase":     swap(`"phase":1`, `"phase":9`),
		"an unknown status":    swap(`"skipped"`, `"shipped"`),
		"two playing":          swap(`"skipped"`, `"playing"`),
		"an unknown field":     swap(`"count_status"`, `"count_stetus"`),
		"games out of order":   swap(`12:00:00.001Z`, `12:00:09.001Z`),
		"a game with no tally": swap(`"game":{"id":2`, `"game":{"id":9`),
		"a tally twice":        swap(`{"id":2,"title":"Game 2","pack":"Pack 1","base_up"`, `{"id":1,"title":"Game 2","pack":"Pack 1","base_up"`),
		"a voter twice":        strings.ReplaceAll(good, "\x03ANN", "\x03\xe6\xbc\xa2"),
		"a count too large":    "\x02{}\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
	} {
		h := rich(t).Heart
		if err := h.Restore([]byte(data)); err == nil {
			t.Errorf("%s: restored", name)
		}
		if !bytes.Equal(h.AppendSnapshot(nil), []byte(good)) {
			t.Errorf("%s: the state changed", name)
		}
	}
}

// FuzzRestore: never a panic, and what is restored is a state that can be used,
// stored and restored again.
func FuzzRestore(f *testing.F) {
	f.Add(session.New(3).AppendSnapshot(nil))
	f.Add(rich(f).AppendSnapshot(nil))
	e := rich(f)
	e.must(f, closeIt)
	f.Add(e.AppendSnapshot(nil))
	e.must(f, deleteIt)
	f.Add(e.AppendSnapshot(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		e := newEvening()
		if e.Restore(data) != nil {
			return
		}
		stored := e.AppendSnapshot(nil)
		h := session.New(3)
		if err := h.Restore(stored); err != nil {
			t.Fatalf("%q was restored, but what it gives is not: %v", data, err)
		}
		if again := h.AppendSnapshot(nil); !bytes.Equal(stored, again) {
			t.Fatalf("%q\n%q", stored, again)
		}
		for _, cmd := range (commands{add(1), at(0), count(1, 3), room(1, "ABCD"), status(1, protocol.StatusPlaying), closeIt}) {
			_, _, _ = e.do(cmd) // refusals are fine, panics are not
		}
		e.State(1)
	})
}

// sameState wants two hearts that no read, no snapshot and no decision can tell apart.
func sameState(t interface {
	Helper()
	Errorf(string, ...any)
}, want, got *session.Heart) {
	t.Helper()
	if diff := cmp.Diff(want.State(9), got.State(9)); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want.Votes(), got.Votes()); diff != "" {
		t.Errorf("votes (-want +got):\n%s", diff)
	}
	if !bytes.Equal(want.AppendSnapshot(nil), got.AppendSnapshot(nil)) {
		t.Errorf("snapshots differ:\n%q\n%q", want.AppendSnapshot(nil), got.AppendSnapshot(nil))
	}
	for ms := range protocol.Timestamp(40) {
		cmd := vote("ann", protocol.VoteUp, noon+ms*500)
		w, wantErr := want.Decide(nil, cmd, noon+60*second)
		g, gotErr := got.Decide(nil, cmd, noon+60*second)
		if diff := cmp.Diff(w, g); diff != "" {
			t.Errorf("a vote decided (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(wantErr, gotErr); diff != "" {
			t.Errorf("a vote refused (-want +got):\n%s", diff)
		}
	}
}
