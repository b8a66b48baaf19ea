package standings_test

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"

	"partyline/actors/codec/codectest"
	"partyline/actors/rules/session"
	"partyline/actors/rules/standings"
	"partyline/protocol"
)

// The snapshot format of version 2: a session closed with notes, an active one that can be
// joined, and the totals of a deleted one.
func TestSnapshotFormat(t *testing.T) {
	f := twoSessions(t)
	f.must(t, 9, protocol.OpenJoin{ID: 9, NewCode: "QRX7F2"}, protocol.OpenJoin{ID: 9, Renew: true, NewCode: "222222"})
	f.must(t, 8, protocol.CreateSession{ID: 8}, addGame(8, 300))
	f.must(t, 8, vote(8, "ann", true, f.now))
	f.must(t, 8, protocol.CloseSession{ID: 8}, protocol.DeleteSession{ID: 8})
	want := strings.ReplaceAll("09 02"+ // the last id; two evenings
		"07 a0bfabfef962 03 809aadfef962 05 70697a7a61 02"+ // session 7: created, closed with notes, closed at, notes, two playings
		"02 01 020000 01 010200"+ // of two games
		"02 a0b9adfef962 04 02 06 323232323232 01"+ // session 9: created, goes on, joined by its second code, one playing
		"01 02 010001"+ // of one game
		"01 ac02 010100", " ", "") // gone with session 8: game 300, one play, one vote
	if got := hex.EncodeToString(f.AppendSnapshot(nil)); got != want {
		t.Errorf("the snapshot is\n%s, want\n%s", got, want)
	}
}

func TestRestoreRefusesAndKeepsTheState(t *testing.T) {
	good := twoSessions(t).AppendSnapshot(nil)
	huge := binary.AppendUvarint([]byte{9}, 1<<62)
	bad := map[string][]byte{
		"bytes after the end":  append(append([]byte{}, good...), 0),
		"a huge count":         huge,
		"a number too large":   binary.AppendUvarint(nil, 1<<63),
		"ids that stand still": {9, 1, 0, 0, 0, 0, 0, 0},
		"an id above the last": {1, 1, 2, 0, 0, 0, 0, 0},
		"an id out of range":   append(append([]byte{9, 2, 1, 0, 0, 0, 0}, binary.AppendUvarint(nil, 1<<63-1)...), 0, 0, 0, 0, 0),
		"unknown flags":        {9, 1, 1, 0, 16, 0, 0, 0},
		"folded, not closed":   {9, 1, 1, 0, 8, 0, 0, 0, 0},
		"a code of no kind":    {9, 1, 1, 0, 4, 1, 6, 'q', 'r', 'x', '7', 'f', '1', 0, 0, 0},
		"a code of no number":  {9, 1, 1, 0, 4, 0, 6, 'Q', 'R', 'X', '7', 'F', '2', 0, 0, 0},
		"a code after the end": {9, 1, 1, 0, 5, 0, 1, 6, 'Q', 'R', 'X', '7', 'F', '2', 0, 0, 0},
		"notes beyond the end": {9, 1, 1, 0, 2, 99, 'x', 0, 0},
	}
	for n := range good {
		bad["cut after "+hex.EncodeToString([]byte{byte(n)})] = good[:n]
	}
	for name, data := range bad {
		t.Run(name, func(t *testing.T) {
			codectest.RefusedSnapshot(t, twoSessions(t), string(data))
		})
	}
}

// Restoring any bytes ends without a panic, and what was restored is written as something that
// restores to the same and can be read.
func FuzzRestore(f *testing.F) {
	f.Add(twoSessions(f).AppendSnapshot(nil))
	f.Add(standings.New().AppendSnapshot(nil))
	joined := twoSessions(f)
	joined.must(f, 9, protocol.OpenJoin{ID: 9, NewCode: "QRX7F2"})
	f.Add(joined.AppendSnapshot(nil))
	folded := twoSessions(f)
	folded.now += keep + 1
	folded.must(f, 7, session.FoldVotes{ID: 7, Keep: keep, Present: folded.now, Votes: -1})
	f.Add(folded.AppendSnapshot(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		h := standings.New()
		if !codectest.FuzzedSnapshot(t, h, standings.New(), data) {
			return
		}
		for _, s := range h.Sessions() {
			if _, err := h.Session(s.ID); err != nil {
				t.Fatal(err)
			}
		}
		h.VoteCount(protocol.VoteFilter{})
		h.Stats([]protocol.Game{{ID: 1}})
	})
}
