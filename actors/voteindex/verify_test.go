package voteindex_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"partyline/actors/rules/session/fact"
	"partyline/actors/voteindex"
	"partyline/persistence"
	"partyline/persistence/memory"
	"partyline/protocol"
)

// indexed is an index of two sessions with 1,500 votes each, on disk, and its journal.
func indexed(t *testing.T) (*memory.Journal, []entry) {
	t.Helper()
	j := memory.New(memory.Options{})
	t.Cleanup(func() { _ = j.Close() })
	x := voteindex.New(j, voteindex.Limits{})
	var journal []entry
	apply := func(id protocol.SessionID, f fact.Fact) {
		journal = append(journal, entry{id, f})
		if err := x.Apply(id, persistence.Position(len(journal)), f); err != nil {
			t.Fatal(err)
		}
	}
	for id := range protocol.SessionID(2) {
		id++
		apply(id, &fact.Opened{At: 1})
		play := protocol.NewPlayID(id, 1)
		apply(id, &fact.GameAdded{At: 1, Play: play, Game: fact.PlayedGame{ID: 7, Title: "Quiplash", PackName: "Pack"}})
		for n := range protocol.Timestamp(1500) {
			apply(id, &fact.VoteCast{At: 2 + n, Timestamp: 2, Play: play, Game: 7, Type: protocol.VoteUp, Username: fmt.Sprint("v", n%40), Device: protocol.DeviceID(n % 3)})
		}
	}
	if err := x.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	return j, journal
}

// TestVerifyFindsWhatDoesNotFit: whatever entry of the table is missing, cut off or another's, and
// votes that the journal does not have.
func TestVerifyFindsWhatDoesNotFit(t *testing.T) {
	j, journal := indexed(t)
	verify := func(j voteindex.Store, journal []entry) (voteindex.Summary, error) {
		return voteindex.Verify(t.Context(), j, persistence.Position(len(journal)), idsOf(journal), factsOf(journal), func(string) {})
	}
	if sum, err := verify(j, journal); err != nil || sum != (voteindex.Summary{Votes: 3000, Sessions: 2, Compared: 2}) {
		t.Fatalf("%+v, %v", sum, err)
	}
	for _, e := range table(t, j) {
		for name, value := range map[string][]byte{"missing": nil, "cut off": e.Value[:len(e.Value)-1], "longer": append(bytes.Clone(e.Value), 1)} {
			if err := j.UpdateTable(t.Context(), voteindex.Table, []persistence.TableEntry{{Key: e.Key, Value: value}}); err != nil {
				t.Fatal(err)
			}
			if sum, err := verify(j, journal); err == nil && sum.Faults == 0 {
				t.Errorf("%q: %s is not found: %+v", e.Key, name, sum)
			}
		}
		if err := j.UpdateTable(t.Context(), voteindex.Table, []persistence.TableEntry{e}); err != nil {
			t.Fatal(err)
		}
	}
	changed := append([]entry(nil), journal...)
	vote := *changed[900].fact.(*fact.VoteCast)
	vote.Username = "somebody else"
	changed[900].fact = &vote
	if sum, err := verify(j, changed); err != nil || sum.Faults != 1 {
		t.Errorf("another name in the journal: %+v, %v", sum, err)
	}
	if _, err := voteindex.Load(t.Context(), j, voteindex.Limits{}, 10); !errors.Is(err, voteindex.ErrUnusable) {
		t.Errorf("a journal that has lost its end: %v", err)
	}
}

func table(t *testing.T, j *memory.Journal) (all []persistence.TableEntry) {
	t.Helper()
	err := j.ReadTable(t.Context(), voteindex.Table, func(v persistence.TableView) error {
		for e, err := range v.Scan(nil) {
			if err != nil {
				return err
			}
			all = append(all, persistence.TableEntry{Key: bytes.Clone(e.Key), Value: bytes.Clone(e.Value)})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
