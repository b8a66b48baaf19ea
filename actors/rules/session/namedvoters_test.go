package session_test

import (
	"encoding/binary"
	"encoding/json"
	"slices"
	"testing"

	"partyline/actors/rules/session"
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// version3 is a snapshot of the evening as versions before prints of votes wrote it.
func version3(t *testing.T, e *evening) []byte {
	r := fact.NewReader(e.AppendSnapshot(nil))
	var img map[string]json.RawMessage
	if err := json.Unmarshal(r.Bytes(len(r.Rest)), &img); err != nil {
		t.Fatal(err)
	}
	delete(img, "vote_key")
	text, err := json.Marshal(img)
	if err != nil {
		t.Fatal(err)
	}
	for range r.Byte() {
		r.Take(8 * r.Length(len(r.Rest)))
	}
	old := append(binary.AppendUvarint(nil, uint64(len(text))), text...)
	return append(appendNamed(old, e.facts), r.Rest...)
}

// appendNamed appends the votes by name, voter by voter.
func appendNamed(dst []byte, facts []fact.Fact) []byte {
	var names []string
	votes := map[string][]protocol.Timestamp{}
	for _, f := range facts {
		if f, ok := f.(*fact.VoteCast); ok && f.Device == 0 {
			name := string(fact.Fold(nil, f.Username))
			if votes[name] == nil {
				names = append(names, name)
			}
			votes[name] = append(votes[name], f.Timestamp)
		}
	}
	dst = binary.AppendUvarint(dst, uint64(len(names)))
	for _, name := range names {
		dst = append(binary.AppendUvarint(dst, uint64(len(name))), name...)
		dst = binary.AppendUvarint(dst, uint64(len(votes[name])))
		before := protocol.Timestamp(-1000)
		for _, ts := range slices.Sorted(slices.Values(votes[name])) {
			dst = binary.AppendUvarint(dst, uint64(ts-before-1000))
			before = ts
		}
	}
	return dst
}

// TestASnapshotOfVersion3IsRestored: its votes by name get the key of the session that reads it.
func TestASnapshotOfVersion3IsRestored(t *testing.T) {
	e := rich(t)
	old := version3(t, e)
	h := session.New(3)
	if err := h.Restore(old); err != nil {
		t.Fatal(err)
	}
	sameState(t, e.State, h, e.now)

	key := session.VoteKey{K0: 1, K1: 2}
	h = session.NewKeyed(3, key)
	if err := h.Restore(old); err != nil {
		t.Fatal(err)
	}
	for ms := range protocol.Timestamp(80) {
		for _, name := range []string{"ann", "BÖB", "漢", "eve"} {
			v := vote(name, protocol.VoteUp, noon+ms*500)
			_, want := e.Decide(nil, v, protocol.ReadingOf(e.now))
			if _, got := h.Decide(nil, v, protocol.ReadingOf(e.now)); (got == nil) != (want == nil) {
				t.Errorf("a vote of %s after %d ms: %v, want %v", name, ms*500, got, want)
			}
		}
	}
	again := session.New(3)
	if err := again.Restore(h.AppendSnapshot(nil)); err != nil {
		t.Fatal(err)
	}
	sameSnapshot(t, h, again)
}
